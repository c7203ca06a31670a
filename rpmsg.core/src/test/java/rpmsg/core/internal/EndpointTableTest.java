// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static rpmsg.core.internal.TestLink.message;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Many endpoints, and lookups while they come and go. */
class EndpointTableTest {
  private static final int MANY = 10_000;

  @Test
  void tenThousandEndpointsAreFoundAtLowAndHighAddresses() {
    EndpointTable table = new EndpointTable();
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      int address = i % 2 == 0 ? i : Integer.MAX_VALUE - i * 4096;
      Endpoint endpoint = new Endpoint(null, address, -1, null, null);
      table.add(endpoint);
      all.add(endpoint);
    }
    assertAllFound(table, all);
    Collections.shuffle(all, new Random(1));
    List<Endpoint> gone = all.subList(0, MANY / 2);
    gone.forEach(table::remove);
    gone.forEach(endpoint -> assertNull(table.get(endpoint.address())));
    assertAllFound(table, all.subList(MANY / 2, MANY));
    assertNull(table.get(-1));
  }

  @Test
  void addingAndRemovingForEverEndsNoLookupWrongly() {
    EndpointTable table = new EndpointTable();
    Endpoint stays = new Endpoint(null, 53, -1, null, null);
    table.add(stays);
    for (int i = 0; i < 10 * MANY; i++) {
      Endpoint endpoint = new Endpoint(null, 1024 + i % 7, -1, null, null);
      table.add(endpoint);
      assertSame(endpoint, table.get(endpoint.address()));
      table.remove(endpoint);
      assertNull(table.get(endpoint.address()));
      assertNull(table.get(-1));
    }
    assertSame(stays, table.get(53));
    assertEquals(List.of(stays), table.all());
  }

  private static void assertAllFound(EndpointTable table, List<Endpoint> expected) {
    for (Endpoint endpoint : expected) {
      assertSame(endpoint, table.get(endpoint.address()));
    }
    assertEquals(expected.size(), table.all().size());
  }

  @Test
  void removingWhatIsNotThereLeavesTheOtherOfThatAddress() {
    EndpointTable table = new EndpointTable();
    Endpoint inside = new Endpoint(null, 5, -1, null, null);
    table.add(inside);
    table.remove(new Endpoint(null, 5, -1, null, null));
    assertSame(inside, table.get(5));
  }

  @Test
  void lookupsNeverMissAnEndpointWhileOthersComeAndGo() throws Exception {
    try (TestBus bus = new TestBus()) {
      TestLink link = new TestLink(bus);
      AtomicInteger taken = new AtomicInteger();
      for (int i = 0; i < MANY; i++) {
        link.space.createEndpoint(Integer.MAX_VALUE - i, message -> taken.incrementAndGet());
      }
      AtomicBoolean stop = new AtomicBoolean();
      Thread churn = Thread.ofPlatform().start(() -> comeAndGo(link, stop));
      for (int i = 0; i < 10 * MANY; i++) {
        link.space.deliver(message(1, Integer.MAX_VALUE - i % MANY, ""));
      }
      stop.set(true);
      Bounded.join(churn);
      assertEquals(10 * MANY, taken.get());
      assertEquals(0L, link.space.counters().get("noRecipient"));
    }
  }

  private static void comeAndGo(TestLink link, AtomicBoolean stop) {
    List<RpmsgEndpoint> mine = new ArrayList<>();
    Random random = new Random(2);
    try {
      while (!stop.get()) {
        mine.add(link.space.createEndpoint(-1, message -> {}));
        if (mine.size() > 20) {
          mine.remove(random.nextInt(mine.size())).close();
        }
      }
    } catch (RpmsgException e) {
      throw new AssertionError(e);
    }
  }
}
