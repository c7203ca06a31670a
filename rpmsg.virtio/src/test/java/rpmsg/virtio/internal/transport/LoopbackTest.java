// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

@Timeout(60)
class LoopbackTest {
  @Test
  void bothRolesInOneProcessAnnounceAndEcho() throws Exception {
    try (TestNode host = TestNode.started(TestNode.config("a-host", Role.HOST, 0));
        TestNode remote = TestNode.started(TestNode.config("a-remote", Role.REMOTE, 1))) {
      RpmsgTransport far = remote.awaitReady();
      RpmsgEndpoint echo = TestNode.echo(far, "demo", RpmsgAddress.ANY);
      assertEquals("+demo@" + echo.address(), host.nextAnnounced());
      BlockingQueue<String> got = new LinkedBlockingQueue<>();
      RpmsgTransport near = host.awaitReady();
      RpmsgEndpoint endpoint =
          near.createEndpoint(RpmsgAddress.ANY, m -> got.add(new String(m.toByteArray())));
      for (int i = 0; i < 5_000; i++) {
        endpoint.sendTo(
            TestNode.bytes("hello " + i), echo.address(), RpmsgEndpoint.DEFAULT_TIMEOUT);
        assertEquals("hello " + i, got.poll(10, TimeUnit.SECONDS));
      }
      echo.close();
      assertEquals("-demo@" + echo.address(), host.nextAnnounced());
      assertTrue(host.transport.counters().get("received") > 5_000);
    }
  }
}
