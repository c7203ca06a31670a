// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FutexTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(50);
  private static final VarHandle WORD = JAVA_INT.varHandle();

  private final MemorySegment memory = Arena.ofAuto().allocate(64, 64);
  private final Futex futex = new Futex(memory, 8);

  @Test
  void whoSleepsIsWokenByAChangeOfTheWord() throws Exception {
    Thread sleeper = Thread.ofPlatform().start(this::sleepWhileZero);
    assertTrue(reaches(sleeper, Thread.State.RUNNABLE));
    WORD.setVolatile(memory, 8L, 7);
    futex.wake();
    assertTrue(sleeper.join(java.time.Duration.ofSeconds(20)));
  }

  private void sleepWhileZero() {
    while ((int) WORD.getVolatile(memory, 8L) == 0) {
      futex.await(0, LONG);
    }
  }

  private static boolean reaches(Thread thread, Thread.State state) {
    while (thread.getState() == Thread.State.NEW) {
      Thread.onSpinWait();
    }
    return thread.getState() == state;
  }

  @Test
  void aWordThatHasAnotherValueIsNotSleptOn() {
    long start = System.nanoTime();
    futex.await(1, LONG);
    assertTrue(System.nanoTime() - start < LONG);
  }

  @Test
  void theSleepEndsAtItsBound() {
    long start = System.nanoTime();
    futex.await(0, TimeUnit.MILLISECONDS.toNanos(20));
    assertFalse(System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(20));
  }

  @Test
  void memoryThatIsGoneDoesNoHarm() {
    Futex gone;
    try (Arena arena = Arena.ofShared()) {
      gone = new Futex(arena.allocate(1 << 20, 4096), 0);
    }
    gone.wake();
    gone.await(0, 1);
  }

  @Test
  void aWordThatIsNotAlignedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Futex(memory, 2));
  }
}
