// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventFdTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int SIGNALS = 100_000;
  private static final int F_SETFL = 4;
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final int before = Fd.open();

  @AfterEach
  void nothingIsLeftOpen() {
    assertEquals(before, Fd.open());
  }

  @Test
  void signalsMergeAndAreDrainedAtOnce() throws Exception {
    try (EventFd bell = EventFd.create()) {
      assertFalse(bell.drain());
      assertTrue(bell.signal());
      assertTrue(bell.signal());
      assertTrue(bell.drain());
      assertFalse(bell.drain());
    }
  }

  @Test
  void aClosedOneIsNotSignalled() throws Exception {
    EventFd bell = EventFd.create();
    bell.close();
    assertFalse(bell.signal());
    assertFalse(bell.drain());
  }

  @Test
  void aSocketServesToo() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (EventFd one = EventFd.of(pair.ours().fd());
        EventFd other = EventFd.of(pair.theirs())) {
      assertTrue(one.signal());
      assertTrue(one.signal());
      assertTrue(other.drain());
      assertFalse(other.drain());
    }
  }

  @Test
  void aSocketThatIsFullStillCountsAsSignalled() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (EventFd one = EventFd.of(pair.ours().fd());
        EventFd other = EventFd.of(pair.theirs())) {
      for (int i = 0; i < SIGNALS; i++) {
        assertTrue(one.signal());
      }
      assertTrue(other.drain());
    }
  }

  @Test
  void aSocketWhosePeerIsGoneIsNotSignalled() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (EventFd one = EventFd.of(pair.ours().fd())) {
      pair.theirs().close();
      assertFalse(one.signal());
    }
  }

  @Test
  void aReceivedDescriptorIsMadeNotToWait() throws Exception {
    Fd waiting = Fd.own(Libc.eventfd(0, 0), "eventfd");
    try (EventFd bell = EventFd.of(waiting)) {
      assertFalse(bell.drain());
    }
  }

  @Test
  void noReadWaitsWhenThePeerTakesNonBlockingBack() throws Exception {
    try (EventFd bell = EventFd.of(Fd.own(Libc.eventfd(0, 0), "eventfd"))) {
      block(bell);
      assertTimeoutPreemptively(BOUND, () -> assertFalse(bell.drain()));
      assertTrue(bell.signal());
      assertTrue(bell.drain());
    }
  }

  @Test
  void noWriteWaitsForAPeerThatFilledTheCounterAndTookNonBlockingBack() throws Exception {
    try (EventFd bell = EventFd.of(Fd.own(Libc.eventfd(0, 0), "eventfd"))) {
      assertEquals(Long.BYTES, write(bell, -2));
      block(bell);
      assertTimeoutPreemptively(BOUND, () -> assertTrue(bell.signal()));
      assertTrue(bell.drain());
      assertFalse(bell.drain());
    }
  }

  @Test
  void noCallWaitsOnAPipeWhosePeerTookNonBlockingBack() throws Exception {
    try (PipeEnds pipe = PipeEnds.open();
        EventFd full = EventFd.of(pipe.writing());
        EventFd empty = EventFd.of(pipe.reading())) {
      block(empty);
      block(full);
      assertTimeoutPreemptively(BOUND, () -> assertFalse(empty.drain()));
      assertTimeoutPreemptively(BOUND, () -> signalOften(full));
      assertTrue(empty.drain());
    }
  }

  private static void signalOften(EventFd bell) {
    for (int i = 0; i < SIGNALS; i++) {
      assertTrue(bell.signal());
    }
  }

  /** What a peer can do at any time to the open file that it shares with us. */
  private static void block(EventFd bell) {
    int number = bell.fd().tryUse();
    assertEquals(0, Libc.fcntl(number, F_SETFL, 0));
    bell.fd().release();
  }

  private static long write(EventFd bell, long value) {
    int number = bell.fd().tryUse();
    try (Arena arena = Arena.ofConfined()) {
      return Libc.write(number, arena.allocateFrom(ValueLayout.JAVA_LONG, value), Long.BYTES);
    } finally {
      bell.fd().release();
    }
  }

  @Test
  void aMemfdIsRefusedAndClosed() throws Exception {
    Fd memory = SharedMemory.memfd("no-bell");
    IOException e = assertThrows(IOException.class, () -> EventFd.of(memory));
    assertEquals(memory + " is no eventfd, socket or pipe", e.getMessage());
    assertFalse(memory.isOpen());
  }

  @Test
  void signalPollAndDrainAllocateNothing() throws Exception {
    try (EventFd bell = EventFd.create();
        EventFd silent = EventFd.create()) {
      Poll poll = new Poll(2);
      poll.set(0, bell.fd(), Poll.IN);
      poll.set(1, silent.fd(), Poll.IN);
      rounds(bell, poll);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long start = threads.getCurrentThreadAllocatedBytes();
      rounds(bell, poll);
      long bytes = threads.getCurrentThreadAllocatedBytes() - start;
      assertTrue(bytes < SIGNALS, bytes + " bytes for " + SIGNALS + " rounds");
    }
  }

  private static void rounds(EventFd bell, Poll poll) throws IOException {
    for (int i = 0; i < SIGNALS; i++) {
      assertTrue(bell.signal());
      assertEquals(1, poll.await(SECOND));
      assertEquals(Poll.IN, poll.events(0));
      assertTrue(bell.drain());
    }
  }

  /** Both ends of a pipe. */
  private record PipeEnds(Fd reading, Fd writing) implements AutoCloseable {
    private static final MethodHandle PIPE =
        Downcalls.of("pipe", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    static PipeEnds open() throws Exception {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment ends = arena.allocate(2 * Integer.BYTES, Integer.BYTES);
        int result = (int) PIPE.invokeExact(Downcalls.state(), ends);
        assertEquals(0, result);
        return new PipeEnds(
            Fd.own(ends.get(ValueLayout.JAVA_INT, 0), "pipe"),
            Fd.own(ends.get(ValueLayout.JAVA_INT, Integer.BYTES), "pipe"));
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }

    @Override
    public void close() {
      reading.close();
      writing.close();
    }
  }
}
