// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.TransportInfo.State;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** Polled links between which nothing goes for long, and that look after each other's memory. */
@Timeout(60)
class QuietPollTest {
  private static final int AT = 0x777;

  /** Both ends of a link over a file. */
  private static final class Pair implements AutoCloseable {
    final Path file = SharedFiles.fresh();
    final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    final TestNode remote;
    final TestNode host;

    Pair(String name) throws Exception {
      remote = TestNode.started(config(name + "-remote", Role.REMOTE, 0));
      TestNode.await("the file", () -> Files.exists(file));
      host = TestNode.started(config(name + "-host", Role.HOST, 1));
      host.awaitReady().createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
      remote.awaitReady();
    }

    private TransportConfig config(String name, Role role, int index) {
      return TestNode.config(name, role, "shm:" + file, "poll", index);
    }

    void expectMessage(String text) throws Exception {
      remote
          .awaitReady()
          .createEndpoint(-1, m -> {})
          .sendTo(TestNode.bytes(text), AT, TestNode.BOUND);
      assertEquals(text, got.poll(20, TimeUnit.SECONDS));
    }

    void awaitQuiet() {
      for (TestNode node : List.of(remote, host)) {
        TestNode.await("quiet", () -> isQuiet(node.transport.name()));
      }
    }

    @Override
    public void close() throws IOException {
      host.close();
      remote.close();
      Files.deleteIfExists(file);
    }
  }

  private static boolean isQuiet(String transport) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(e -> e.getKey().getName().equals("rpmsg-" + transport + "-receive"))
        .flatMap(e -> Arrays.stream(e.getValue()))
        .anyMatch(frame -> frame.getClassName().endsWith(".QuietLinks"));
  }

  @Test
  void afterALongSilenceMessagesArriveAndAStoppedPeerIsSeen() throws Exception {
    try (Pair one = new Pair("one");
        Pair two = new Pair("two")) {
      one.awaitQuiet();
      two.awaitQuiet();
      one.expectMessage("a");
      two.expectMessage("b");
      one.awaitQuiet();
      two.awaitQuiet();
      two.host.close();
      TestNode.await("gone", () -> two.remote.ready.isEmpty());
      one.expectMessage("c");
    }
  }

  @Test
  void aFileThatIsCutEndsItsOwnLinkAndNoOtherQuietOne() throws Exception {
    try (Pair one = new Pair("cut");
        Pair two = new Pair("whole")) {
      one.awaitQuiet();
      two.awaitQuiet();
      try (FileChannel channel = FileChannel.open(one.file, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
      TestNode.await("the link ends", () -> one.host.ready.isEmpty() && one.remote.ready.isEmpty());
      assertEquals(State.READY, two.host.transport.state());
      assertEquals(State.READY, two.remote.transport.state());
      assertEquals(List.of(), two.host.logged("error"));
      two.expectMessage("still there");
      assertEquals(1, two.host.counter("links"));
      assertEquals(1, two.remote.counter("links"));
      String error = one.host.logged("error").getFirst();
      assertTrue(error.contains("was cut from"), error);
    }
  }
}
