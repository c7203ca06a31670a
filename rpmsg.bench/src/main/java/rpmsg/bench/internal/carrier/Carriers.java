// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;
import java.nio.file.Path;

/** Opens the carriers that need no container. */
public final class Carriers {
  private Carriers() {}

  /**
   * Opens one end.
   *
   * @param kind {@code bare}, {@code unix}, {@code tcp} or {@code aeron}
   * @param index 0 for the end that is opened first, 1 for the other
   * @param address for index 0 a path that is free, for index 1 what index 0 has for {@link
   *     Carrier#address()}
   */
  public static Carrier open(String kind, int index, String address) throws IOException {
    return switch (kind) {
      case "bare" -> new BareCarrier(Path.of(address), index);
      case "unix" ->
          index == 0
              ? SocketCarrier.listenUnix(Path.of(address))
              : SocketCarrier.connectUnix(address);
      case "tcp" -> index == 0 ? SocketCarrier.listenTcp() : SocketCarrier.connectTcp(address);
      case "aeron" -> new AeronCarrier(Path.of(address), index);
      default -> throw new IllegalArgumentException("unknown carrier " + kind);
    };
  }
}
