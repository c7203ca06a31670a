// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RefusingListener;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;

/** Listeners that say "not now". */
class RefusingListenerTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);
  private final Semaphore room = new Semaphore(0);
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final RefusingListener listener = this::take;

  @AfterEach
  void close() {
    bus.close();
  }

  private boolean take(RpmsgMessage message) {
    return room.tryAcquire() && taken.add(TestLink.text(message));
  }

  @Test
  void aRefusedMessageIsOfferedAgainAndNotCountedTwice() throws Exception {
    link.space.createEndpoint(2000, listener);
    assertFalse(link.space.deliver(message(1, 2000, "0")));
    assertEquals(0L, link.space.counters().get("delivered"));
    room.release();
    assertTrue(link.space.deliver(message(1, 2000, "0")));
    assertEquals(List.of("0"), taken);
    assertEquals(1L, link.space.counters().get("delivered"));
    assertEquals(0L, link.space.counters().get("listenerFailures"));
  }

  @Test
  void resumeWakesTheReceiverSoThatNothingIsLostOrReordered() throws Exception {
    RpmsgEndpoint endpoint = link.space.createEndpoint(2000, listener);
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      for (int i = 0; i < 100; i++) {
        receiver.receive(message(1, 2000, "" + i));
      }
      for (int i = 1; i <= 100; i++) {
        room.release();
        endpoint.resume();
        int expected = i;
        Bounded.until(i + " messages", () -> taken.size() == expected);
      }
    }
    assertEquals(IntStream.range(0, 100).mapToObj(Integer::toString).toList(), taken);
  }

  @Test
  void theDefaultEndpointOfADriverMayRefuseToo() throws Exception {
    bus.add(bus.driver("refusing").listenWith(listener), "serial");
    link.announced("serial", 7);
    int at = bus.services.getFirst().src();
    assertFalse(link.space.deliver(message(7, at, "0")));
    room.release();
    assertTrue(link.space.deliver(message(7, at, "0")));
    assertEquals(List.of("0"), taken);
  }

  @Test
  void aMessageThatWasRefusedIsDroppedWhenItsEndpointIsClosed() throws Exception {
    RpmsgEndpoint endpoint = link.space.createEndpoint(2000, listener);
    assertFalse(link.space.deliver(message(1, 2000, "0")));
    endpoint.close();
    assertTrue(link.space.deliver(message(1, 2000, "0")), "the link must go on");
    assertEquals(1L, link.space.counters().get("noRecipient"));
  }

  @Test
  void whereNothingCanWaitARefusalIsAnError() throws Exception {
    RpmsgException refused =
        assertThrows(RpmsgException.class, () -> listener.onMessage(message(1, 2000, "0")));
    assertEquals(Errno.ENOBUFS, refused.errno());
    room.release();
    listener.onMessage(message(1, 2000, "0"));
    assertEquals(List.of("0"), taken);
  }
}
