// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

class PlatformTest {

  private static final FunctionDescriptor INT_OF_LONG =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);

  @Test
  void linuxOnBothMachinesIsSupported() {
    assertNull(Platform.problem("Linux", "amd64"));
    assertNull(Platform.problem("Linux", "aarch64"));
  }

  @Test
  void anythingElseIsNamed() {
    assertTrue(Platform.problem("Mac OS X", "aarch64").endsWith("Mac OS X on aarch64"));
    assertTrue(Platform.problem("Linux", "arm").startsWith("system calls need Linux on a 64-bit"));
  }

  @Test
  void eachCallOnAnotherPlatformFailsWithTheReason() {
    MethodHandle handle = Downcalls.of("needs another machine", "close", INT_OF_LONG);
    for (int i = 0; i < 2; i++) {
      Exception refused =
          assertThrows(
              UnsupportedOperationException.class,
              () -> assertEquals(0, (int) handle.invokeExact(MemorySegment.NULL, 1L)));
      assertEquals("needs another machine", refused.getMessage());
    }
  }

  @Test
  void aFunctionThatIsMissingFailsWhenItIsCalled() {
    MethodHandle handle = Downcalls.of("no_such_function_anywhere", INT_OF_LONG);
    Exception refused =
        assertThrows(
            UnsupportedOperationException.class,
            () -> assertEquals(0, (int) handle.invokeExact(Downcalls.state(), 1L)));
    assertEquals("the C library has no no_such_function_anywhere", refused.getMessage());
  }
}
