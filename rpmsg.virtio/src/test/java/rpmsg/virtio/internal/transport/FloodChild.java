// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;
import rpmsg.core.internal.Bus;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.ClassPath;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/**
 * The other side of a link in a process of its own: it announces an echo, swallows what comes to
 * {@link #SINK}, and floods the sink of its peer from the first message to {@link #CONTROL} on.
 * Started ahead of its time, it waits for a line on its standard input, and ends with it.
 */
final class FloodChild {
  static final int SINK = 0x700;
  static final int CONTROL = 0x600;

  private final Process process;

  private FloodChild(Process process) {
    this.process = process;
  }

  /** Starts a process that waits for {@link #go}. */
  static FloodChild prepared(TransportConfig config) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(
        ClassPath.of(FloodChild.class, VirtioTransport.class, Bus.class, Fd.class, Logger.class));
    command.add(FloodChild.class.getName());
    command.add(config.role().name());
    command.addAll(List.of(config.link(), config.doorbell(), "" + config.index()));
    return new FloodChild(
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  void go() throws Exception {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** SIGKILL. */
  void kill() throws Exception {
    process.destroyForcibly();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not die");
    }
  }

  public static void main(String[] args) throws Exception {
    if (System.in.read() < 0) {
      return;
    }
    Role role = Role.valueOf(args[0]);
    int index = Integer.parseInt(args[3]);
    TestNode node = TestNode.started(TestNode.config("child", role, args[1], args[2], index));
    Thread.ofPlatform().daemon().start(() -> serve(node));
    System.in.read();
    Runtime.getRuntime().halt(0);
  }

  private static void serve(TestNode node) {
    RpmsgTransport served = null;
    for (; ; ) {
      RpmsgTransport now = node.ready.peek();
      if (now != null && now != served) {
        served = now;
        try {
          serve(now);
        } catch (RpmsgException wentDown) {
          served = null;
        }
      }
      Thread.yield();
    }
  }

  private static void serve(RpmsgTransport space) throws RpmsgException {
    space.createEndpoint(SINK, message -> {});
    space.createEndpoint(
        CONTROL, message -> Thread.ofPlatform().daemon().start(() -> flood(space)));
    TestNode.echo(space, "echo", 0x500);
  }

  /** Floods the peer's sink until the link goes down. */
  static void flood(RpmsgTransport space) {
    try {
      RpmsgEndpoint endpoint = space.createEndpoint(-1, message -> {});
      while (endpoint.isOpen()) {
        if (endpoint.trySendTo(TestNode.bytes("flood"), SINK) == SendResult.BACK_PRESSURE) {
          Thread.yield();
        }
      }
    } catch (RpmsgException down) {
      return;
    }
  }
}
