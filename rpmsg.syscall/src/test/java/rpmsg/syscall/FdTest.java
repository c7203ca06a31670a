// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FdTest {

  @Test
  void closingTwiceClosesOnce() throws Exception {
    int before = Fd.open();
    Fd memory = SharedMemory.memfd("close-twice");
    assertEquals(before + 1, Fd.open());
    assertEquals(1, Descriptors.memfds("close-twice"));
    memory.close();
    memory.close();
    assertEquals(before, Fd.open());
    assertEquals(0, Descriptors.memfds("close-twice"));
    assertFalse(memory.isOpen());
  }

  @Test
  void aNumberIsNotGivenAwayWhileACallUsesIt() throws Exception {
    Fd memory = SharedMemory.memfd("in-use");
    assertEquals("fd " + memory.tryUse(), memory.toString());
    memory.close();
    assertEquals(-1, memory.tryUse());
    assertEquals(1, Descriptors.memfds("in-use"));
    try (EventFd other = EventFd.create()) {
      assertNotEquals(memory.toString(), other.fd().toString());
    }
    memory.release();
    assertEquals(0, Descriptors.memfds("in-use"));
  }

  @Test
  void aCallOnAClosedDescriptorIsEbadf() throws Exception {
    Fd memory = SharedMemory.memfd("closed");
    memory.close();
    ErrnoException e =
        assertThrows(ErrnoException.class, () -> SharedMemory.truncate(memory, 4096));
    assertEquals("ftruncate " + memory + ": EBADF", e.getMessage());
    assertEquals("EBADF", e.errnoName());
  }
}
