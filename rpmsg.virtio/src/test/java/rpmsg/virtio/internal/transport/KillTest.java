// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** SIGKILL of the peer in mid-flood, again and again: each time the link works again. */
@Timeout(120)
class KillTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Path file = SharedFiles.fresh();
  private final Path socket = file.resolveSibling(file.getFileName() + ".sock");

  @AfterEach
  void clean() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(socket);
  }

  @ParameterizedTest(name = "{1} at index {2} with {3}, {0} times")
  @CsvSource({
    "10, REMOTE, 1, poll",
    "2, HOST, 0, poll",
    "2, REMOTE, 0, poll",
    "2, HOST, 1, poll",
    "2, REMOTE, 1, unix",
    "10, HOST, 0, unix",
    "2, REMOTE, 0, unix",
    "2, HOST, 1, unix",
    "10, REMOTE, 1, futex",
    "10, HOST, 0, futex",
    "2, REMOTE, 0, futex",
    "2, HOST, 1, futex",
  })
  void theNextPeerFindsALinkThatWorks(int times, Role role, int index, String kind)
      throws Exception {
    String doorbell = kind.equals("unix") ? "unix:" + socket : kind;
    Role own = role == Role.HOST ? Role.REMOTE : Role.HOST;
    TransportConfig child = TestNode.config("child", role, "shm:" + file, doorbell, index);
    TransportConfig near = TestNode.config("near", own, "shm:" + file, doorbell, 1 - index);
    FloodChild next = FloodChild.prepared(child);
    RpmsgTransport old = null;
    try (TestNode node = TestNode.started(near)) {
      for (int round = 0; round < times; round++) {
        FloodChild current = next;
        next = FloodChild.prepared(child);
        current.go();
        old = expectNew(node, old);
        works(node, old);
        floodBothWays(old);
        current.kill();
      }
      next.go();
      works(node, expectNew(node, old));
    } finally {
      next.kill();
    }
  }

  /** Ready again, with the new process's announcement on the new link. */
  private static RpmsgTransport expectNew(TestNode node, RpmsgTransport old) throws Exception {
    TestNode.await("ready again", () -> !node.ready.isEmpty() && !node.ready.contains(old));
    RpmsgTransport space = node.awaitReady();
    TestNode.await("echo", () -> TestNode.channels(space).size() == 1);
    assertTrue(old == null || old.channels().isEmpty() && old.endpoints().isEmpty());
    return space;
  }

  private void works(TestNode node, RpmsgTransport space) throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    RpmsgEndpoint endpoint = space.createEndpoint(-1, m -> got.add(new String(m.toByteArray())));
    for (int i = 0; i < 300; i++) {
      endpoint.sendTo(bytes("e" + i), 0x500, LONG);
      assertEquals("e" + i, got.poll(20, TimeUnit.SECONDS));
    }
    expectAllBuffers(node);
  }

  /** In the memory itself: all receive buffers posted, all transmit buffers returned. */
  private void expectAllBuffers(TestNode node) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      TestNode.await(
          "all receive buffers are posted",
          () -> ((index(memory, 0x5002) - index(memory, 0x6002)) & 0xFFFF) == 256);
      TestNode.await(
          "all transmit buffers came back", () -> index(memory, 0x9002) == index(memory, 0xA002));
    }
    assertTrue(node.dump().contains("held 0 of 128"), node.dump());
  }

  private static int index(MemorySegment memory, long at) {
    VarHandle.fullFence();
    return memory.get(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at) & 0xFFFF;
  }

  private static void floodBothWays(RpmsgTransport space) throws Exception {
    AtomicLong received = new AtomicLong();
    space.createEndpoint(FloodChild.SINK, m -> received.incrementAndGet());
    RpmsgEndpoint control = space.createEndpoint(-1, m -> {});
    control.sendTo(bytes("go"), FloodChild.CONTROL, LONG);
    Thread.ofPlatform().daemon().start(() -> FloodChild.flood(space));
    TestNode.await("a flood", () -> received.get() > 2_000);
  }
}
