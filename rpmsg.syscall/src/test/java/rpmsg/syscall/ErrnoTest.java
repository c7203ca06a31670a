// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ErrnoTest {

  @Test
  void theNamesStandAtTheirNumbers() {
    assertEquals("EPERM", Errno.name(1));
    assertEquals("EAGAIN", Errno.name(Errno.EAGAIN));
    assertEquals("EINVAL", Errno.name(Errno.EINVAL));
    assertEquals("EPIPE", Errno.name(Errno.EPIPE));
    assertEquals("ELOOP", Errno.name(40));
    assertEquals("EOVERFLOW", Errno.name(75));
    assertEquals("ENOTSOCK", Errno.name(88));
    assertEquals("EADDRINUSE", Errno.name(Errno.EADDRINUSE));
    assertEquals("ECONNRESET", Errno.name(Errno.ECONNRESET));
    assertEquals("ECONNREFUSED", Errno.name(Errno.ECONNREFUSED));
    assertEquals("ESTALE", Errno.name(116));
  }

  @Test
  void aNumberWithoutNameIsGivenAsItIs() {
    assertEquals("errno 41", Errno.name(41));
    assertEquals("errno 4711", Errno.name(4711));
    assertEquals("errno 0", Errno.name(0));
  }
}
