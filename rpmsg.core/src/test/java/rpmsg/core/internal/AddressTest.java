// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Which local addresses endpoints get (LX026 to LX033). */
class AddressTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  private RpmsgEndpoint create(int src) throws RpmsgException {
    return link.space.createEndpoint(src, message -> {});
  }

  private Errno refused(int src) {
    return assertThrows(RpmsgException.class, () -> create(src)).errno();
  }

  @Test
  void lx026_firstDynamicAddressIs1024() throws Exception {
    assertEquals(1024, create(RpmsgAddress.ANY).address());
  }

  @Test
  void lx027_lowestFreeAddressIsGivenOutAgain() throws Exception {
    RpmsgEndpoint first = create(RpmsgAddress.ANY);
    assertEquals(1025, create(RpmsgAddress.ANY).address());
    first.close();
    assertEquals(1024, create(RpmsgAddress.ANY).address());
    assertEquals(1026, create(RpmsgAddress.ANY).address());
  }

  @Test
  void lx027_dynamicAddressesGoAroundFixedOnes() throws Exception {
    create(1024);
    create(1026);
    assertEquals(1025, create(RpmsgAddress.ANY).address());
    assertEquals(1027, create(RpmsgAddress.ANY).address());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 53, 1023, 1024, 5000, 1 << 20, Integer.MAX_VALUE})
  void lx028_fixedAddressIsTheOneAskedFor(int address) throws Exception {
    assertEquals(address, create(address).address());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 53, 1024, 1 << 20, Integer.MAX_VALUE})
  void lx029_busyFixedAddressIsRefusedUntilItIsFree(int address) throws Exception {
    RpmsgEndpoint first = create(address);
    assertEquals(Errno.ENOSPC, refused(address));
    first.close();
    assertEquals(address, create(address).address());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80000000, 0x80000001, 0xFFFFFFFE})
  void lx030_localAddressFrom0x80000000OnIsRefused(int address) {
    assertEquals(Errno.EINVAL, refused(address));
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void lx031_addressZeroIsAllowed() throws Exception {
    assertEquals(0, create(0).address());
  }

  @Test
  void lx032_endpointOfAChannelThatIsGoneIsRefused() throws Exception {
    RpmsgChannel channel = link.channel(new ChannelInfo("gone", RpmsgAddress.ANY, 9));
    link.release(new ChannelInfo("gone", RpmsgAddress.ANY, 9));
    RpmsgException refused =
        assertThrows(
            RpmsgException.class, () -> channel.createEndpoint(RpmsgAddress.ANY, message -> {}));
    assertEquals(Errno.ENODEV, refused.errno());
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void lx032_endpointOnALinkThatIsGoneIsRefused() {
    link.close();
    assertEquals(Errno.ENODEV, refused(RpmsgAddress.ANY));
  }

  @Test
  void lx033_closingAgainDoesNothing() throws Exception {
    RpmsgEndpoint first = create(2000);
    first.close();
    RpmsgEndpoint second = create(2000);
    first.close();
    assertFalse(first.isOpen());
    assertEquals(Errno.ENOSPC, refused(2000), "the second owner lost its address");
    second.close();
  }

  @Test
  void allDynamicAddressesTakenIsNoSpace() throws Exception {
    AddressAllocator addresses = new AddressAllocator();
    for (int i = RpmsgAddress.FIRST_DYNAMIC; i < AddressAllocator.DYNAMIC_LIMIT; i++) {
      addresses.take(i);
    }
    RpmsgException refused =
        assertThrows(RpmsgException.class, () -> addresses.take(RpmsgAddress.ANY));
    assertEquals(Errno.ENOSPC, refused.errno());
    addresses.free(77_777);
    assertEquals(77_777, addresses.take(RpmsgAddress.ANY));
  }
}
