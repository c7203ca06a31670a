// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.testing.RecordingLog;
import rpmsg.core.testing.Remote;

/** The examples do what their README says (LX180, LX181). */
class ExamplesTest {
  private static final int AT = 0x400;

  private final RecordingLog log = new RecordingLog();
  private final Remote remote = new Remote();

  @AfterEach
  void close() {
    remote.close();
  }

  /** Binds a driver to a channel of this name. */
  private RpmsgChannel bind(String name, RpmsgDriver driver) {
    remote.bus.add(DriverEntry.of("driver", List.of(name), driver));
    return remote.announce(name, AT);
  }

  /** Sends a text to an address, and waits until it was taken. */
  private void say(int dst, String text) {
    remote.send(AT, dst, text.getBytes(StandardCharsets.ISO_8859_1));
    Remote.await("it was taken", remote::idle);
  }

  /** What came, as texts. */
  private List<String> got() {
    return remote.got.stream().map(m -> new String(m, StandardCharsets.ISO_8859_1)).toList();
  }

  /** The addresses of all endpoints. */
  private List<Integer> addresses() {
    return remote.space.endpoints().stream().map(e -> e.address()).toList();
  }

  private SampleClient sample(int count) {
    return new SampleClient(
        log.logger(),
        new SampleClient.Config() {
          @Override
          public int count() {
            return count;
          }

          @Override
          public Class<? extends Annotation> annotationType() {
            return SampleClient.Config.class;
          }
        });
  }

  @Test
  void lx180_theSampleSpeaksFirstWith12Bytes() throws Exception {
    RpmsgChannel channel = bind(SampleClient.CHANNEL, sample(100));
    assertEquals(List.of("hello world!"), got());
    assertEquals(12, got().getFirst().length());
    assertEquals(
        List.of("INFO " + channel.deviceName() + ": 0x400 greets 0x400"), log.lines("INFO"));
  }

  @Test
  void lx181_theSampleSendsAndReceives100AndThenSaysGoodbye() throws Exception {
    int defaultCount = (int) SampleClient.Config.class.getMethod("count").getDefaultValue();
    RpmsgChannel channel = bind(SampleClient.CHANNEL, sample(defaultCount));
    for (int i = 1; i <= 99; i++) {
      say(channel.src(), "echo");
      assertEquals(1 + i, got().size());
    }
    assertEquals(1, log.lines("INFO").size(), "no line for each message");
    say(channel.src(), "echo");
    assertEquals(Collections.nCopies(100, "hello world!"), got());
    assertTrue(log.lines("INFO").getLast().contains("goodbye! after 100"));
    assertEquals(100, log.lines("DEBUG").size());
  }

  @Test
  void theNumberCanBeConfigured() throws Exception {
    RpmsgChannel channel = bind(SampleClient.CHANNEL, sample(3));
    for (int i = 0; i < 10; i++) {
      say(channel.src(), "echo");
    }
    assertEquals(3, got().size());
    assertEquals(2, log.lines("INFO").size(), "goodbye is said once");
    assertTrue(log.lines("INFO").getLast().contains("goodbye! after 3"));
  }

  @Test
  void theEchoDriverSaysThatItIsThereAndEchoes() throws Exception {
    RpmsgChannel channel = bind("example-echo", new EchoDriver());
    say(channel.src(), "1");
    say(channel.src(), "2");
    assertEquals(List.of("ready", "1", "2"), got());
  }

  @Test
  void theThermometerAsksAndShowsTheAnswerAndLeaves() throws Exception {
    RpmsgChannel channel = bind("thermometer", new EchoDriver());
    remote.got.clear();
    List<Integer> before = addresses();
    Thermometer thermometer = new Thermometer(channel, log.logger());
    assertEquals(List.of("read"), got());
    int address = addresses().stream().filter(a -> !before.contains(a)).findFirst().get();
    say(address, "21.5\u001b[2J");
    assertEquals(List.of("INFO it is 21.5?[2J degrees"), log.lines("INFO"));
    thermometer.close();
    assertEquals(before, addresses());
  }
}
