// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.shell.internal.FakeEndpointDevice;
import rpmsg.shell.internal.Output;

class CatCommandTest {
  private static final double LONG = 20;
  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeEndpointDevice device =
      new FakeEndpointDevice("rpmsg0", new ChannelInfo("demo", RpmsgAddress.ANY, 0x400));
  private final Devices devices = new Devices();
  private final CatCommand command = new CatCommand(devices);

  @BeforeEach
  void deviceIsThere() {
    devices.addEndpoint(device);
  }

  @Test
  void textIsShownAsTextAndAllElseInHexadecimal() throws Exception {
    device.channel.incoming.add("hello world!".getBytes());
    device.channel.incoming.add(new byte[0]);
    device.channel.incoming.add(new byte[] {0x1b, 'c'});
    assertEquals(
        """
        reading rpmsg0 at 0x400 for 20.0 s
        12 bytes "hello world!"
        0 bytes ""
        2 bytes 1b 63
        """,
        Output.of(() -> command.cat(3, LONG, "rpmsg0")));
    assertFalse(device.channel.isOpen());
  }

  @Test
  void theLongestMessageIsReadWhole() throws Exception {
    device.channel.incoming.add(new byte[0xFFFF]);
    assertTrue(Output.of(() -> command.cat(1, LONG, "rpmsg0")).contains("\n65535 bytes 00 "));
  }

  @Test
  void itEndsAfterSoManyMessages() throws Exception {
    device.channel.incoming.add("a".getBytes());
    device.channel.incoming.add("b".getBytes());
    assertFalse(Output.of(() -> command.cat(1, LONG, "rpmsg0")).contains("\"b\""));
  }

  @Test
  void itEndsAfterItsTimeWhenNothingComes() {
    assertTimeoutPreemptively(
        SOON, () -> Output.of(() -> command.cat(Integer.MAX_VALUE, 0.05, "rpmsg0")));
    assertFalse(device.channel.isOpen());
  }

  @Test
  void itEndsAfterItsTimeHoweverFastMessagesCome() {
    device.channel.atRead = () -> device.channel.incoming.add("x".getBytes());
    assertTimeoutPreemptively(
        SOON, () -> Output.of(() -> command.cat(Integer.MAX_VALUE, 0.05, "rpmsg0")));
  }

  @Test
  void anInterruptEndsItAndIsKept() {
    device.channel.atRead = () -> Thread.currentThread().interrupt();
    assertTimeoutPreemptively(
        SOON,
        () -> {
          Output.of(() -> command.cat(Integer.MAX_VALUE, LONG, "rpmsg0"));
          assertTrue(Thread.currentThread().isInterrupted());
        });
    assertFalse(device.channel.isOpen());
  }

  @Test
  void aDeviceThatGoesIsTheUsersToKnow() {
    device.channel.failure = Errno.EPIPE;
    var gone =
        assertThrows(RpmsgException.class, () -> Output.of(() -> command.cat(1, LONG, "rpmsg0")));
    assertEquals(Errno.EPIPE, gone.errno());
    assertFalse(device.channel.isOpen());
  }

  @Test
  void anAddressThatTheKernelDoesNotTellIsLeftOut() throws Exception {
    device.channel.address = RpmsgAddress.ANY;
    assertEquals("reading rpmsg0 for 0.0 s\n", Output.of(() -> command.cat(1, 0, "rpmsg0")));
  }

  @Test
  void nonsenseIsRefusedBeforeTheDeviceIsOpened() {
    device.busy = true;
    assertThrows(IllegalArgumentException.class, () -> command.cat(0, 1, "rpmsg0"));
    for (double seconds : new double[] {-1, Double.NaN, 1e300, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> command.cat(1, seconds, "rpmsg0"));
    }
  }

  @Test
  void aDeviceThatIsOpenIsBusy() {
    device.busy = true;
    var busy = assertThrows(RpmsgException.class, () -> command.cat(1, 1, "rpmsg0"));
    assertEquals("EBUSY: rpmsg0 is open", busy.getMessage());
  }
}
