// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.nio.ByteOrder;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.NameServiceMessage;

/** Messages to the name service. */
final class Datagram {
  private Datagram() {}

  /** An announcement as peers send it: from the announced address to 53, little-endian. */
  static RpmsgMessage create(String name, int address) {
    return announcement(new NameServiceMessage(name, address, false));
  }

  static RpmsgMessage destroy(String name, int address) {
    return announcement(new NameServiceMessage(name, address, true));
  }

  static RpmsgMessage toNameService(byte[] payload) {
    return RpmsgMessage.of(0x400, 53, payload);
  }

  private static RpmsgMessage announcement(NameServiceMessage message) {
    return RpmsgMessage.of(message.address(), 53, message.encode(ByteOrder.LITTLE_ENDIAN));
  }
}
