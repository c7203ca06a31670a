// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;

/** The commands for devices as a user at the Gogo shell has them. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ShellIT {
  @Inject private BundleContext context;
  @Inject private CommandProcessor processor;

  private Loop loop;
  private RpmsgEndpoint echo;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Before
  public void up() throws Exception {
    loop = new Loop(context);
    echo = loop.echo("echo");
    loop.await(ControlDevice.class, Loop.NEAR, "");
    loop.await(ControlDevice.class, Loop.FAR, "");
  }

  @After
  public void down() throws Exception {
    charBundle().start();
    loop.close();
  }

  private Bundle charBundle() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> "rpmsg.char".equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  /** One user's shell. */
  private final class Shell implements AutoCloseable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final CommandSession session =
        processor.createSession(
            InputStream.nullInputStream(), out, OutputStream.nullOutputStream());

    /** What the command answers. */
    Object run(String command) throws Exception {
      return session.execute(command);
    }

    /** What the command prints. */
    String print(String command) throws Exception {
      out.reset();
      assertNull(run(command));
      return printed();
    }

    String printed() {
      return out.toString(StandardCharsets.UTF_8);
    }

    String refused(String command) {
      return assertThrows(command, Exception.class, () -> run(command)).getMessage();
    }

    @Override
    public void close() {
      session.close();
    }
  }

  @Test
  public void aDeviceIsMadeWrittenReadAndDestroyed() throws Exception {
    try (Shell shell = new Shell()) {
      Object name = shell.run("d = (rpmsg:ctrl create -c near demo any " + echo.address() + ")");
      assertEquals(
          "%s: 12 bytes sent\n12 bytes \"hello world!\"\n".formatted(name),
          shell.print("rpmsg:echo -w 30 $d 'hello world!'"));
      String list = shell.print("rpmsg:ls");
      assertTrue(list, list.contains(name + "  near       demo  0xffffffff  0x400  1         1"));
      assertNull(shell.run("rpmsg:ctrl destroy $d"));
      assertEquals(0, loop.services(EndpointDevice.class, Loop.NEAR, "").size());
      String unknown = shell.refused("rpmsg:echo $d x");
      assertTrue(unknown, unknown.startsWith("no device " + name + ": there "));
    }
  }

  @Test
  public void whatOneShellWritesAnotherOneShows() throws Exception {
    try (Shell reader = new Shell();
        Shell writer = new Shell()) {
      Object name = writer.run("rpmsg:ctrl create -c near demo 0x500");
      CompletableFuture<Object> shown = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> complete(shown, () -> reader.print("rpmsg:cat -n 2 -t 30 " + name)));
      Rig.await(reader::printed, () -> reader.printed().contains("reading"));
      writer.run("d = (rpmsg:ctrl create -c far peer any 0x500)");
      writer.run("rpmsg:echo $d first");
      writer.run("rpmsg:echo $d second");
      assertEquals(
          "reading %s at 0x500 for 30.0 s\n5 bytes \"first\"\n6 bytes \"second\"\n".formatted(name),
          shown.get(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
    }
  }

  @Test
  public void aDeviceThatGoesEndsWhoReadsItWithItsErrno() throws Exception {
    try (Shell reader = new Shell();
        Shell other = new Shell()) {
      Object name = other.run("rpmsg:ctrl create -c near demo");
      CompletableFuture<Object> ended = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> complete(ended, () -> reader.refused("rpmsg:cat -t 30 " + name)));
      Rig.await(reader::printed, () -> reader.printed().contains("reading"));
      assertEquals("EBUSY: " + name + " is open", other.refused("rpmsg:echo " + name + " x"));
      other.run("rpmsg:ctrl destroy " + name);
      assertEquals("EPIPE: the device is gone", ended.get(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
    }
  }

  @Test
  public void channelsAreCreatedAndReleased() throws Exception {
    try (Shell shell = new Shell()) {
      shell.run("rpmsg:ctrl channel -c near server 100 any");
      String list = shell.print("rpmsg:ls");
      assertTrue(
          list,
          Pattern.compile("^server +near +0x64 +0xf{8} ", Pattern.MULTILINE).matcher(list).find());
      assertTrue(shell.refused("rpmsg:ctrl channel -c near server 100 any").startsWith("ENXIO: "));
      shell.run("rpmsg:ctrl release -c near server");
      Rig.await(
          () -> "release",
          () -> loop.services(RpmsgChannel.class, Loop.NEAR, "(rpmsg.name=server)").isEmpty());
      assertFalse(shell.print("rpmsg:ls").contains("server"));
      assertTrue(shell.refused("rpmsg:ctrl release -c near server").startsWith("EINVAL: "));
      assertTrue(shell.refused("rpmsg:ctrl create demo").startsWith("-c must say which of "));
    }
  }

  @Test
  public void withoutDevicesTheOtherCommandsGoOn() throws Exception {
    try (Shell shell = new Shell()) {
      charBundle().stop();
      assertEquals("no device rpmsg0: there is none", shell.refused("rpmsg:cat rpmsg0"));
      assertEquals("no control device: there is none", shell.refused("rpmsg:ctrl create demo"));
      assertFalse(shell.print("rpmsg:ls").contains("CONTROL"));
      assertTrue(shell.print("rpmsg:send -w 30 near:" + echo.address() + " hi").contains("\"hi\""));
      charBundle().start();
      Rig.await(
          () -> "devices", () -> !loop.services(ControlDevice.class, Loop.NEAR, "").isEmpty());
      assertTrue(shell.print("rpmsg:ls").contains("CONTROL"));
    }
  }

  /** Something that ends with a value or throws. */
  private interface Action {
    Object run() throws Throwable;
  }

  private static void complete(CompletableFuture<Object> future, Action action) {
    try {
      future.complete(action.run());
    } catch (Throwable failure) {
      future.completeExceptionally(failure);
    }
  }
}
