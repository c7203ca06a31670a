// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgChannel;

/** The examples do what their README says (LX180, LX181). */
class ExamplesTest {
  private final RecordingLog log = new RecordingLog();
  private final Remote remote = new Remote();

  @AfterEach
  void close() {
    remote.close();
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
    RpmsgChannel channel = remote.bind(SampleClient.CHANNEL, sample(100));
    assertEquals(List.of("hello world!"), remote.got);
    assertEquals(12, remote.got.getFirst().length());
    assertEquals(
        List.of("INFO " + channel.deviceName() + ": 0x400 greets 0x400"), log.lines("INFO"));
  }

  @Test
  void lx181_theSampleSendsAndReceives100AndThenSaysGoodbye() throws Exception {
    int defaultCount = (int) SampleClient.Config.class.getMethod("count").getDefaultValue();
    RpmsgChannel channel = remote.bind(SampleClient.CHANNEL, sample(defaultCount));
    for (int i = 1; i <= 99; i++) {
      remote.say(channel.src(), "echo");
      assertEquals(1 + i, remote.got.size());
    }
    assertEquals(1, log.lines("INFO").size(), "no line for each message");
    remote.say(channel.src(), "echo");
    assertEquals(Collections.nCopies(100, "hello world!"), remote.got);
    assertTrue(log.lines("INFO").getLast().contains("goodbye! after 100"));
    assertEquals(100, log.lines("DEBUG").size());
  }

  @Test
  void theNumberCanBeConfigured() throws Exception {
    RpmsgChannel channel = remote.bind(SampleClient.CHANNEL, sample(3));
    for (int i = 0; i < 10; i++) {
      remote.say(channel.src(), "echo");
    }
    assertEquals(3, remote.got.size());
    assertEquals(2, log.lines("INFO").size(), "goodbye is said once");
    assertTrue(log.lines("INFO").getLast().contains("goodbye! after 3"));
  }

  @Test
  void theEchoDriverSaysThatItIsThereAndEchoes() throws Exception {
    RpmsgChannel channel = remote.bind("example-echo", new EchoDriver());
    remote.say(channel.src(), "1");
    remote.say(channel.src(), "2");
    assertEquals(List.of("ready", "1", "2"), remote.got);
  }

  @Test
  void theThermometerAsksAndShowsTheAnswerAndLeaves() throws Exception {
    RpmsgChannel channel = remote.bind("thermometer", new EchoDriver());
    remote.got.clear();
    List<Integer> before = remote.addresses();
    Thermometer thermometer = new Thermometer(channel, log.logger());
    assertEquals(List.of("read"), remote.got);
    int address = remote.addresses().stream().filter(a -> !before.contains(a)).findFirst().get();
    remote.say(address, "21.5\u001b[2J");
    assertEquals(List.of("INFO it is 21.5?[2J degrees"), log.lines("INFO"));
    thermometer.close();
    assertEquals(before, remote.addresses());
  }
}
