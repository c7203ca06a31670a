// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PollTest {

  private static final long LONG = TimeUnit.SECONDS.toNanos(30);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(20);

  @Test
  void theTimeIsKept() throws Exception {
    try (EventFd bell = EventFd.create()) {
      Poll poll = new Poll(1);
      poll.set(0, bell.fd(), Poll.IN);
      long start = System.nanoTime();
      assertEquals(0, poll.await(SHORT));
      assertTrue(System.nanoTime() - start >= SHORT);
      assertEquals(0, poll.await(-1));
      assertEquals(0, poll.events(0));
    }
  }

  @Test
  void itTellsWhichOfSeveral() throws Exception {
    try (EventFd first = EventFd.create();
        EventFd second = EventFd.create()) {
      Poll poll = new Poll(3);
      poll.set(0, first.fd(), Poll.IN);
      poll.set(2, second.fd(), Poll.IN);
      second.signal();
      assertEquals(1, poll.await(LONG));
      assertEquals(0, poll.events(0));
      assertEquals(Poll.IN, poll.events(2));
      poll.set(2, null, 0);
      assertEquals(0, poll.await(0));
    }
  }

  @Test
  void aSignalFromAnotherThreadEndsTheWait() throws Exception {
    try (EventFd bell = EventFd.create()) {
      Poll poll = new Poll(1);
      poll.set(0, bell.fd(), Poll.IN);
      CompletableFuture<Boolean> signal = CompletableFuture.supplyAsync(bell::signal);
      assertEquals(1, poll.await(LONG));
      assertTrue(signal.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void aPeerThatGoesIsSeen() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket ours = pair.ours()) {
      Poll poll = new Poll(1);
      poll.set(0, ours.fd(), 0);
      assertEquals(0, poll.await(0));
      pair.theirs().close();
      assertEquals(1, poll.await(LONG));
      assertNotEquals(0, poll.events(0) & Poll.GONE);
    }
  }

  @Test
  void aClosedDescriptorIsSeenAtOnce() throws Exception {
    EventFd bell = EventFd.create();
    Poll poll = new Poll(1);
    poll.set(0, bell.fd(), Poll.IN);
    bell.close();
    assertEquals(1, poll.await(LONG));
    assertNotEquals(0, poll.events(0) & Poll.GONE);
  }

  @Test
  void closingASocketEndsAWaitForIt() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (Fd theirs = pair.theirs()) {
      Poll poll = new Poll(1);
      poll.set(0, pair.ours().fd(), Poll.IN);
      CompletableFuture<Void> close = CompletableFuture.runAsync(pair.ours()::close);
      assertEquals(1, poll.await(LONG));
      close.get(30, TimeUnit.SECONDS);
      assertTrue(theirs.isOpen());
    }
  }
}
