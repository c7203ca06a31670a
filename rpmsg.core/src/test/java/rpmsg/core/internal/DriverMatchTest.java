// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;

/** Which driver binds to which channel (LX041 to LX045). */
class DriverMatchTest {
  private static final String LONGEST = "a23456789012345678901234567890X";

  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  private Channel channel(String name) throws RpmsgException {
    return link.channel(new ChannelInfo(name, RpmsgAddress.ANY, 9));
  }

  private void add(String driver, String... ids) {
    bus.add(bus.driver(driver), ids);
    link.settle();
  }

  @Test
  void lx041_anOverrideBindsTheNamedDriverOnly() throws Exception {
    Channel channel = channel("sample");
    channel.setDriverOverride("named");
    add("other", "sample");
    add("named", "something else");
    assertEquals("named", channel.driver());
    assertEquals(List.of("register sample", "named probe sample", "update sample"), sorted());
  }

  /** The update comes before the probe, which other tests look at. */
  private List<String> sorted() {
    return List.of(bus.events.get(0), bus.events.get(2), bus.events.get(1));
  }

  @Test
  void lx041_anOverrideBindsADriverThatIsThereAlready() throws Exception {
    add("named");
    Channel channel = channel("sample");
    assertNull(channel.driver());
    channel.setDriverOverride("named");
    link.settle();
    assertEquals("named", channel.driver());
    assertEquals("named", channel.driverOverride());
  }

  @Test
  void lx042_anOverrideExcludesADriverWhoseIdMatches() throws Exception {
    Channel channel = channel("sample");
    channel.setDriverOverride("named");
    add("other", "sample");
    assertNull(channel.driver());
    assertEquals(List.of("register sample"), bus.events);
  }

  @Test
  void lx042_withoutTheOverrideTheIdsCountAgain() throws Exception {
    Channel channel = channel("sample");
    channel.setDriverOverride("named");
    add("other", "sample");
    channel.setDriverOverride(null);
    link.settle();
    assertEquals("other", channel.driver());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sampl", "samples", "Sample", "sample ", "", "sam*", "*"})
  void lx043_idsMatchExactlyAndWithoutWildcards(String id) throws Exception {
    add("d", id);
    Channel channel = channel("sample");
    assertFalse(channel.isBound());
  }

  @Test
  void lx043_allOf31CharactersCount() throws Exception {
    add("wrong", LONGEST.substring(0, 30) + "Y", LONGEST.substring(0, 30), LONGEST + "Z");
    add("right", LONGEST);
    assertEquals("right", channel(LONGEST).driver());
  }

  @Test
  void lx043_anyEntryOfTheTableMatches() throws Exception {
    add("d", "one", "two", "three");
    assertEquals("d", channel("three").driver());
    assertEquals("d", channel("one").driver());
    assertEquals(2, link.space.channels().size());
  }

  @Test
  void lx043_theDriverThatWasThereFirstBinds() throws Exception {
    add("first", "sample");
    add("second", "sample");
    assertEquals("first", channel("sample").driver());
    assertEquals(List.of("first", "second"), bus.driverNames());
  }

  @Test
  void lx044_theDataOfTheEntryIsThereInProbe() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    TestDriver driver = bus.driver("d").onProbe(c -> seen.set(c.driverData() + "@" + c.driver()));
    bus.add(driver, "other=1", "sample=baud=9600", "sample=ignored", "plain");
    Channel channel = channel("sample");
    assertEquals("baud=9600@d", seen.get());
    assertEquals("baud=9600", channel.driverData());
    assertEquals("", channel("plain").driverData());
  }

  @Test
  void lx045_aDriverWithoutIdsBindsByOverrideOnly() throws Exception {
    add("raw");
    Channel channel = channel("raw");
    assertFalse(channel.isBound());
    channel.setDriverOverride("raw");
    link.settle();
    assertTrue(channel.isBound());
    assertNull(channel.driverData());
  }
}
