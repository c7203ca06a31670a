// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.testing.RecordingLog;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;

class PollThreadTest {

  private final RecordingLog logs = new RecordingLog();
  private final int before = Fd.open();
  private final PollThread polls = new PollThread(logs.logger());
  private final BlockingQueue<Integer> told = new LinkedBlockingQueue<>();

  @AfterEach
  void nothingIsLeft() {
    Bounded.until("the thread ends", () -> threads() == 0);
    Bounded.until("its descriptor is closed", () -> Fd.open() == before);
    assertEquals(List.of(), logs.lines());
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("rpmsg-kernel-poll"))
        .count();
  }

  /** Sooner than the thread's own longest wait, so that a lost wake-up shows. */
  private Integer next() throws InterruptedException {
    return told.poll(PollThread.LONG_SECONDS - 2, TimeUnit.SECONDS);
  }

  @Test
  void anEventIsToldOnceUntilItIsAskedForAgain() throws Exception {
    try (EventFd bell = EventFd.create()) {
      PollThread.Watch watch = polls.watch(bell.fd(), told::add);
      bell.signal();
      watch.arm(Poll.IN);
      assertEquals(Poll.IN, next());
      // It is still readable: were it told without being asked for, it would be by now
      watch.arm(Poll.OUT);
      assertEquals(Poll.OUT, next());
      assertTrue(told.isEmpty(), () -> "" + told);
      watch.arm(Poll.IN);
      assertEquals(Poll.IN, next());
      watch.close();
    }
  }

  @Test
  void whatHappensAfterItWasAskedForIsTold() throws Exception {
    try (EventFd bell = EventFd.create()) {
      PollThread.Watch watch = polls.watch(bell.fd(), told::add);
      watch.arm(Poll.IN);
      bell.signal();
      assertEquals(Poll.IN, next());
      watch.close();
    }
  }

  @Test
  void theEndIsToldOnceWithoutAsking() throws Exception {
    FakeNode node = new FakeNode(null, "x");
    PollThread.Watch watch = polls.watch(node.fd(), told::add);
    node.vanish();
    assertTrue((next() & Poll.GONE) != 0);
    try (EventFd other = EventFd.create()) {
      PollThread.Watch second = polls.watch(other.fd(), told::add);
      second.arm(Poll.OUT);
      assertEquals(Poll.OUT, next());
      watch.arm(Poll.IN);
      second.arm(Poll.OUT);
      assertEquals(Poll.OUT, next(), "what is gone is not told again");
      second.close();
    }
    watch.close();
    node.fd().close();
  }

  @Test
  void aLookThatWasAskedForComesWithoutAnEvent() throws Exception {
    try (EventFd bell = EventFd.create()) {
      PollThread.Watch watch = polls.watch(bell.fd(), told::add);
      watch.lookSoon();
      assertEquals(0, next());
      watch.close();
    }
  }

  @Test
  void aDescriptorIsFreeWhenCloseReturnsThoughTheThreadWaitedForIt() throws Exception {
    try (EventFd stays = EventFd.create()) {
      PollThread.Watch other = polls.watch(stays.fd(), told::add);
      for (int i = 0; i < 200; i++) {
        EventFd bell = EventFd.create();
        PollThread.Watch watch = polls.watch(bell.fd(), told::add);
        watch.arm(Poll.IN);
        watch.close();
        String number = bell.fd().toString();
        bell.close();
        try (EventFd reused = EventFd.create()) {
          assertEquals(number, reused.fd().toString(), "the number is still in use");
        }
      }
      other.close();
    }
  }

  @Test
  void oneThreadServesManyNodes() throws Exception {
    List<EventFd> bells = new ArrayList<>();
    List<PollThread.Watch> watches = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      bells.add(EventFd.create());
      watches.add(polls.watch(bells.get(i).fd(), told::add));
      watches.get(i).arm(Poll.IN);
    }
    bells.forEach(EventFd::signal);
    for (int i = 0; i < 200; i++) {
      assertEquals(Poll.IN, next());
    }
    assertEquals(1, threads());
    watches.forEach(PollThread.Watch::close);
    bells.forEach(EventFd::close);
  }

  @Test
  void aWatchMayBeClosedFromWithinItsListener() throws Exception {
    try (EventFd bell = EventFd.create()) {
      List<PollThread.Watch> self = new ArrayList<>();
      PollThread.Watch watch =
          polls.watch(
              bell.fd(),
              events -> {
                self.getFirst().close();
                told.add(events);
              });
      self.add(watch);
      watch.arm(Poll.OUT);
      assertEquals(Poll.OUT, next());
      assertFalse(told.contains(Poll.OUT));
    }
  }
}
