// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.testing.RecordingLog;

/** A bus that fails under the name service. */
class PeerChannelsTest {
  private static final NameServiceMessage CREATE = new NameServiceMessage("svc", 7, false);

  private final RecordingLog log = new RecordingLog();

  @Test
  void runtimeExceptionIsCountedAndLoggedNotThrown() {
    PeerChannels channels = failingWith(new IllegalStateException("broken"));
    for (int i = 0; i < 3; i++) {
      assertDoesNotThrow(() -> channels.apply(CREATE));
    }
    assertTrue(channels.toString().endsWith("3 failed"), channels.toString());
    assertEquals(1, log.lines("ERROR").size());
    assertTrue(log.lines("ERROR").getFirst().contains("broken"));
  }

  @Test
  void otherRefusalsOfTheBusAreCountedAndLogged() {
    PeerChannels channels = failingWith(new RpmsgException(Errno.ENODEV, "the link is gone"));
    channels.apply(CREATE);
    assertTrue(channels.toString().endsWith("1 failed"), channels.toString());
    assertTrue(log.lines("WARN").getFirst().contains("ENODEV"));
  }

  private PeerChannels failingWith(Throwable failure) {
    return new PeerChannels(bus(failure), () -> 1024, log.logger());
  }

  private static AddressSpace bus(Throwable failure) {
    return (AddressSpace)
        Proxy.newProxyInstance(
            PeerChannelsTest.class.getClassLoader(),
            new Class<?>[] {AddressSpace.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "name" -> "link0";
                  case "announced" -> 0;
                  case "isOpen" -> true;
                  default -> throw failure;
                });
  }
}
