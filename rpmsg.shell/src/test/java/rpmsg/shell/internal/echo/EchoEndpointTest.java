// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.echo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgMessage;
import rpmsg.shell.internal.FakeTransport;

class EchoEndpointTest {
  private static final byte[] HELLO = {'h', 'i'};

  private final FakeTransport transport = new FakeTransport("virtio0");

  @Test
  void aMessageGoesBackToItsSender() throws Exception {
    EchoEndpoint echo = EchoEndpoint.open(transport, "demo", 0x500);
    echo.onMessage(RpmsgMessage.of(0x401, 0x500, HELLO));
    RpmsgMessage answer = transport.sent.getFirst();
    assertEquals(0x500, answer.src());
    assertEquals(0x401, answer.dst());
    assertArrayEquals(HELLO, answer.toByteArray());
    assertEquals(List.of("demo"), transport.announced);
    assertEquals(1, echo.echoed());
  }

  @Test
  void aMessageThatComesBeforeAnnounceReturnsGoesBackToo() throws Exception {
    transport.atAnnounce =
        () -> {
          try {
            transport.endpoint(0).listener().onMessage(RpmsgMessage.of(9, 0x500, HELLO));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    EchoEndpoint echo = EchoEndpoint.open(transport, "demo", 0x500);
    assertEquals(1, echo.echoed());
    assertEquals(9, transport.sent.getFirst().dst());
  }

  @Test
  void aPeerWithoutNameServiceFindsItByAddress() throws Exception {
    transport.announces = false;
    assertEquals(0x500, EchoEndpoint.open(transport, "demo", 0x500).address());
    assertEquals(List.of(), transport.announced);
  }

  @Test
  void whatCannotBeSentIsDroppedAndCounted() throws Exception {
    EchoEndpoint echo = EchoEndpoint.open(transport, "demo", RpmsgAddress.ANY);
    echo.close();
    echo.onMessage(RpmsgMessage.of(0x401, echo.address(), HELLO));
    assertEquals(1, echo.dropped());
    assertEquals(0, echo.echoed());
    assertFalse(echo.isOpen());
  }
}
