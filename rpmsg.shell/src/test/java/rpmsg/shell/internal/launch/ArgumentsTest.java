// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void argumentsArriveAsTheyWere() {
    List<String> arguments = List.of("--link", "shm:/a b\n", "--echo", "", "--once");
    assertEquals(arguments, Arguments.split(Arguments.join(arguments)));
  }

  @Test
  void noArgumentsStayNone() {
    assertEquals(List.of(), Arguments.split(Arguments.join(List.of())));
  }
}
