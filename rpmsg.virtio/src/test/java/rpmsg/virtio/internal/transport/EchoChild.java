// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.internal.Bus;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.ClassPath;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/**
 * A device with an in-flight area in a process of its own. Its echo is there before messages are
 * delivered, and what it announces says that it is ready. Told so, it holds the eleventh message
 * and all from some later one on, claims a buffer for each, and does not answer them.
 */
final class EchoChild implements AutoCloseable {
  static final int ALL = Integer.MAX_VALUE;
  static final int ODD_ONE = 10;

  private final Process process;

  private EchoChild(Process process) {
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param answers before it holds all; {@link #ALL} to answer all and to hold none
   */
  static EchoChild start(Path socket, int answers) throws Exception {
    String classes =
        ClassPath.of(EchoChild.class, VirtioTransport.class, Bus.class, Fd.class, Logger.class);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classes,
            EchoChild.class.getName(),
            socket.toString(),
            "" + answers);
    return new EchoChild(
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  @Override
  public void close() {
    kill();
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the child does not die");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static void main(String[] args) throws Exception {
    TransportConfig config = TestNode.config("child", Role.REMOTE, "vhost-user:" + args[0], "", 0);
    LinkOptions options = LinkOptions.DEFAULT.withVhost(VhostTest.offering(VhostFeature.INFLIGHT));
    TestNode node = new TestNode(TestNode.with(config, options));
    TestNode.await("an address space", () -> node.transport.transport() != null);
    serve(node.transport.transport(), Integer.parseInt(args[1]));
    node.transport.nameService(node);
    node.awaitReady().announce("rpmsg-echo", RpmsgAddress.ANY, message -> {});
    System.in.read();
    Runtime.getRuntime().halt(0);
  }

  private static void serve(RpmsgTransport space, int answers) throws Exception {
    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    int[] seen = {0};
    Duration bound = Duration.ofSeconds(5);
    RpmsgEndpoint endpoint =
        space.createEndpoint(
            VhostTest.ECHO,
            message -> {
              RpmsgEndpoint echo = self.get(1, TimeUnit.SECONDS);
              int number = seen[0]++;
              if (answers == ALL || number != ODD_ONE && number < answers) {
                echo.sendTo(message.payload(), message.src(), bound);
              } else {
                message.hold();
                MemorySegment.copy(
                    message.payload(), 0, echo.claim(message.length(), 7, bound).segment(), 0, 1);
              }
            });
    self.complete(endpoint);
  }
}
