// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** As a user writes it: active while the channel is there. */
public final class HelloComponent {
  static final AtomicReference<String> ANSWER = new AtomicReference<>();
  static final AtomicInteger ACTIVE = new AtomicInteger();

  private final RpmsgEndpoint endpoint;

  public HelloComponent(RpmsgChannel channel) throws RpmsgException {
    endpoint =
        channel.createEndpoint(
            RpmsgAddress.ANY,
            message -> ANSWER.set(new String(message.toByteArray(), StandardCharsets.UTF_8)));
    endpoint.send(MemorySegment.ofArray("hello".getBytes(StandardCharsets.UTF_8)));
    ACTIVE.incrementAndGet();
  }

  void deactivate() {
    endpoint.close();
    ACTIVE.decrementAndGet();
  }
}
