// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.Receiver;

/** Messages to an address that nobody is bound at yet, and receivers that say "not now". */
class KeepTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);
  private final List<String> taken = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    bus.close();
  }

  private RpmsgEndpoint bind() throws RpmsgException {
    return link.space.bind(53, this::take);
  }

  private boolean take(RpmsgMessage message) {
    return taken.add(TestLink.text(message));
  }

  private boolean deliver(int dst, String text) {
    return link.space.deliver(message(1, dst, text));
  }

  private static List<String> numbers(int end) {
    return IntStream.range(0, end).mapToObj(Integer::toString).toList();
  }

  @Test
  void messagesAreKeptInOrderAndHandedOverAfterTheWake() throws Exception {
    link.space.keep(53, 10);
    for (String number : numbers(3)) {
      assertTrue(deliver(53, number));
    }
    assertEquals(3, link.space.kept());
    assertEquals(3L, link.space.counters().get("kept"));
    bind();
    assertEquals(1, link.wakes.availablePermits(), "binding wakes the receive thread");
    assertEquals(List.of(), taken, "nothing runs on the thread that binds");
    assertTrue(link.space.service());
    assertEquals(numbers(3), taken);
    assertEquals(0, link.space.kept());
    assertEquals(3L, link.space.counters().get("delivered"));
  }

  @Test
  void patientForAWhileItRefusesWhatNobodyTakesAndWakesTheReceiverWhenSomebodyDoes()
      throws Exception {
    link.space.bePatient(TimeUnit.HOURS.toNanos(1));
    assertFalse(deliver(2000, "0"), "offered again later");
    int wakes = link.wakes.availablePermits();
    link.space.createEndpoint(2000, this::take);
    assertEquals(wakes + 1, link.wakes.availablePermits());
    assertTrue(deliver(2000, "0"));
    assertEquals(List.of("0"), taken);
    link.space.bePatient(0);
    assertTrue(deliver(2001, "1"), "dropped");
    assertEquals(1L, link.space.counters().get("noRecipient"));
  }

  @Test
  void theOneThatDoesNotFitIsRefusedAndNothingElseIsTaken() throws Exception {
    link.space.keep(53, 2);
    assertTrue(deliver(53, "0"));
    assertTrue(deliver(53, "1"));
    assertFalse(deliver(53, "2"), "park");
    assertFalse(link.space.service(), "still parked");
    assertFalse(deliver(53, "2"));
    bind();
    assertTrue(link.space.service());
    assertTrue(deliver(53, "2"));
    assertEquals(numbers(3), taken);
  }

  @Test
  void whatIsKeptComesBeforeWhatIsNew() throws Exception {
    link.space.keep(53, 10);
    deliver(53, "0");
    bind();
    assertTrue(deliver(53, "1"), "without a wake in between");
    assertEquals(numbers(2), taken);
  }

  @Test
  void otherAddressesGoOnWhileMessagesAreKept() throws Exception {
    link.space.keep(53, 2);
    link.space.createEndpoint(2000, this::take);
    deliver(53, "kept");
    assertTrue(link.space.service(), "not full yet");
    assertTrue(deliver(2000, "data"));
    assertEquals(List.of("data"), taken);
    assertTrue(deliver(54, "nobody"));
    assertEquals(1L, link.space.counters().get("noRecipient"));
  }

  @Test
  void withoutKeepingTheMessageIsDroppedAndCounted() {
    assertTrue(deliver(53, "lost"));
    assertTrue(deliver(0, "lost"));
    assertEquals(2L, link.space.counters().get("noRecipient"));
    assertEquals(0, link.space.kept());
  }

  @Test
  void keptMessagesAreCopies() throws Exception {
    byte[] shared = {'a'};
    link.space.keep(53, 1);
    link.space.deliver(RpmsgMessage.of(1, 53, shared));
    shared[0] = 'b';
    bind();
    link.space.service();
    assertEquals(List.of("a"), taken);
  }

  @Test
  void aRefusedMessageIsTakenLaterAndOnlyOnce() throws Exception {
    AtomicBoolean ready = new AtomicBoolean();
    Receiver receiver = message -> ready.get() && take(message);
    link.space.bind(53, receiver);
    assertFalse(deliver(53, "0"));
    assertFalse(deliver(53, "0"));
    assertEquals(0L, link.space.counters().get("delivered"));
    ready.set(true);
    assertTrue(deliver(53, "0"));
    assertEquals(numbers(1), taken);
    assertEquals(1L, link.space.counters().get("delivered"));
  }

  @Test
  void aKeptMessageThatIsRefusedStaysFirst() throws Exception {
    link.space.keep(53, 10);
    numbers(4).forEach(number -> deliver(53, number));
    List<String> once = new ArrayList<>(numbers(4));
    link.space.bind(53, message -> !once.remove(TestLink.text(message)) && take(message));
    for (int i = 0; i < 4; i++) {
      assertFalse(link.space.service());
      assertEquals(4 - i, link.space.kept());
    }
    assertFalse(once.contains("0"));
    assertTrue(link.space.service());
    assertEquals(numbers(4), taken);
  }

  @Test
  void aMessageRefusedByAReceiverThatThenGoesIsKept() throws Exception {
    link.space.keep(53, 10);
    RpmsgEndpoint busy = link.space.bind(53, message -> false);
    assertFalse(deliver(53, "0"));
    busy.close();
    assertTrue(deliver(53, "0"));
    assertEquals(1, link.space.kept());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 200_000})
  void noMessageIsLostOrOvertakenWhileReceiversComeAndGo(int limit) throws Exception {
    int count = 200_000;
    link.space.keep(53, limit);
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      for (int i = 0; i < count; i++) {
        receiver.receive(message(i, 53, ""));
      }
      Order order = new Order();
      while (order.next < count && order.mistakes == 0) {
        link.space.bind(53, order).close();
      }
      assertEquals(0, order.mistakes, "of " + order.next);
    }
  }

  private static final class Order implements Receiver {
    private volatile int next;
    private volatile int mistakes;

    @Override
    public boolean receive(RpmsgMessage message) {
      if (message.src() != next) {
        mistakes = 1;
      }
      next = message.src() + 1;
      return true;
    }
  }
}
