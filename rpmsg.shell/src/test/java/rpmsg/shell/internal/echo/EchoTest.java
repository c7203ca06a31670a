// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import rpmsg.core.RpmsgMessage;
import rpmsg.shell.internal.FakeTransport;

class EchoTest {
  private record Configured(String name, String address, String transport) implements Echo.Config {
    @Override
    public Class<? extends Annotation> annotationType() {
      return Echo.Config.class;
    }
  }

  private final FakeTransport virtio0 = new FakeTransport("virtio0");

  private static Echo echo(String name, String address, String transport) {
    return new Echo(new Configured(name, address, transport), silent(LoggerFactory.class));
  }

  /** A log service that says nothing. */
  private static <T> T silent(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getReturnType() == Logger.class ? silent(Logger.class) : null));
  }

  @Test
  void itAnnouncesOnTransportsThatMatch() {
    FakeTransport other = new FakeTransport("demo");
    Echo echo = echo("a", "any", "virtio0");
    echo.addTransport(virtio0);
    echo.addTransport(other);
    assertEquals(List.of("a"), virtio0.announced);
    assertEquals(List.of(), other.announced);
  }

  @Test
  void aStarMatchesAll() {
    echo("a", "any", "*").addTransport(virtio0);
    assertEquals(List.of("a"), virtio0.announced);
  }

  @Test
  void anAddressIsTakenAsItIsWritten() {
    echo("a", "0x500", "*").addTransport(virtio0);
    assertEquals(0x500, virtio0.endpoint(0).address());
  }

  @Test
  void whileOnlyTheNameServiceIsAwayTheEndpointStays() {
    Echo echo = echo("a", "any", "*");
    echo.addTransport(virtio0);
    echo.removeTransport(virtio0);
    echo.addTransport(virtio0);
    assertEquals(List.of("a"), virtio0.announced);
    assertTrue(virtio0.endpoint(0).isOpen());
  }

  @Test
  void aTransportThatWentIsForgottenButItsMessagesCount() throws Exception {
    Echo echo = echo("a", "0x500", "*");
    echo.addTransport(virtio0);
    virtio0.endpoint(0).listener().onMessage(RpmsgMessage.of(1, 0x500, new byte[3]));
    virtio0.open = false;
    echo.removeTransport(virtio0);
    assertFalse(virtio0.endpoint(0).isOpen());
    FakeTransport next = new FakeTransport("virtio0");
    echo.addTransport(next);
    assertEquals(List.of("a"), next.announced);
    assertEquals(1, echo.echoed());
  }

  @Test
  void deactivationClosesAll() {
    Echo echo = echo("a", "any", "*");
    echo.addTransport(virtio0);
    echo.close();
    assertFalse(virtio0.endpoint(0).isOpen());
  }

  @Test
  void aNameIsNeeded() {
    assertThrows(IllegalArgumentException.class, () -> echo(null, "any", "*"));
  }
}
