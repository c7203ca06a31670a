// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgEndpoint;

/** Messages on their way to endpoints (LX037 to LX040). */
class ReceiveTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  @Test
  void lx037_messageToAnUnknownAddressIsDroppedAndCountedAndSaidOnce() {
    for (int i = 0; i < 1000; i++) {
      assertTrue(link.space.deliver(message(1, 4711, "x")), "the buffer must go back");
    }
    assertEquals(1000L, link.space.counters().get("noRecipient"));
    assertEquals(0L, link.space.counters().get("delivered"));
    assertEquals(List.of("virtio0: msg received with no recipient at 0x1267"), bus.warnings);
  }

  @Test
  void lx037_messageToTheAnyAddressIsDropped() throws Exception {
    link.space.createEndpoint(0, message -> {});
    assertTrue(link.space.deliver(message(1, 0xFFFFFFFF, "x")));
    assertEquals(1L, link.space.counters().get("noRecipient"));
  }

  @Test
  void lx038_callbacksOfOneEndpointNeverOverlap() throws Exception {
    AtomicBoolean running = new AtomicBoolean();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    link.space.keep(53, 8);
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      for (int i = 0; i < 5000; i++) {
        receiver.receive(message(1, 53, "x"));
      }
      while (taken.get() < 5000) {
        RpmsgEndpoint endpoint =
            link.space.bind(
                53,
                message -> {
                  overlaps.addAndGet(running.getAndSet(true) ? 1 : 0);
                  Thread.onSpinWait();
                  taken.incrementAndGet();
                  running.set(false);
                  return true;
                });
        endpoint.close();
      }
    }
    assertEquals(0, overlaps.get());
  }

  @Test
  void lx039_theCallbackGetsTheSenderOfTheHeader() throws Exception {
    List<Integer> senders = new ArrayList<>();
    link.space.createEndpoint(2000, message -> senders.add(message.src()));
    link.space.deliver(message(1, 2000, "x"));
    link.space.deliver(message(0xFFFFFFFE, 2000, "x"));
    assertEquals(List.of(1, 0xFFFFFFFE), senders);
  }

  @Test
  void lx040_whatACallbackThrowsIsCountedAndTheBufferGoesBack() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    link.space.createEndpoint(
        2000,
        message -> {
          switch (calls.incrementAndGet()) {
            case 1 -> throw new IllegalStateException("unchecked");
            case 2 -> throw new Exception("checked");
            case 3 -> throw new StackOverflowError();
            default -> {}
          }
        });
    for (int i = 0; i < 4; i++) {
      assertTrue(link.space.deliver(message(1, 2000, "x")), "the buffer must go back");
    }
    assertEquals(4, calls.get());
    assertEquals(3L, link.space.counters().get("listenerFailures"));
    assertEquals(4L, link.space.counters().get("delivered"));
    assertEquals(1, bus.warnings.size(), "said once, not per message");
  }

  @Test
  void messagesGoToTheEndpointAtTheirAddressInOrder() throws Exception {
    List<String> taken = new ArrayList<>();
    link.space.createEndpoint(0, message -> taken.add("0:" + TestLink.text(message)));
    link.space.createEndpoint(7, message -> taken.add("7:" + TestLink.text(message)));
    for (int dst : new int[] {7, 0, 7}) {
      link.space.deliver(message(1, dst, "m" + taken.size()));
    }
    assertEquals(List.of("7:m0", "0:m1", "7:m2"), taken);
  }
}
