// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A name with a local and a remote address: Linux's rpmsg device. Every channel is an OSGi service
 * for exactly as long as it exists; a component with a reference to it is active while the firmware
 * announces it. The constants name the service properties.
 */
public interface RpmsgChannel {
  /** Service property, String: the channel's name. */
  String NAME = "rpmsg.name";

  /** Service property, Long: local address, 4294967295 for any. */
  String SRC = "rpmsg.src";

  /** Service property, Long: remote address, 4294967295 for any. */
  String DST = "rpmsg.dst";

  /** Service property, String: the name of the transport. */
  String TRANSPORT = "rpmsg.transport";

  /** Service property, String: Linux's device name, see {@link #deviceName()}. */
  String DEVICE = "rpmsg.device";

  /** Service property, String: see {@link #modalias()}. */
  String MODALIAS = "rpmsg.modalias";

  /** Service property, Boolean: whether a driver that binds here is announced to the peer. */
  String ANNOUNCE = "rpmsg.announce";

  /** The channel's name. */
  String name();

  /** Local address; ANY until a default endpoint was made, and kept from then on (LX055). */
  int src();

  /** Remote address; ANY for a local server. Never learnt from messages (LX090). */
  int dst();

  /** Name of the transport. */
  String transport();

  /**
   * {@code <transport>.<name>.<src>.<dst>}, addresses as signed decimals, as they were at creation:
   * {@code virtio0.rpmsg-client-sample.-1.1024} (LX056, LX057).
   */
  String deviceName();

  /** {@code rpmsg:<name>} (LX058). */
  default String modalias() {
    return "rpmsg:" + name();
  }

  /** True for a channel that was created with a fixed local address (LX061). */
  boolean announce();

  /** The default endpoint, or null when no driver with a listener is bound. */
  RpmsgEndpoint endpoint();

  /** Name of the bound driver, or null. */
  String driver();

  /** What the bound driver's id table says for this name, or null (LX044). */
  String driverData();

  /** Why the last attempt to bind a driver failed, or null. */
  RpmsgException failure();

  /** Only the driver of this name may bind from now on; null lifts that (LX041, LX042). */
  void setDriverOverride(String driver);

  /** See {@link #setDriverOverride}; null when unset. */
  String driverOverride();

  /**
   * A further endpoint, whose {@code send} goes to {@link #dst()}; it is closed with the channel.
   *
   * @param src local address, or ANY for the lowest free one from 1024 on
   * @throws RpmsgException ENOSPC when the address is taken (LX029) or none is free, EINVAL from
   *     0x80000000 on (LX030), ENODEV when the channel is gone (LX032)
   */
  RpmsgEndpoint createEndpoint(int src, RpmsgListener listener) throws RpmsgException;

  /**
   * Sends through the default endpoint.
   *
   * @throws RpmsgException EINVAL when there is none (LX080), or as {@link RpmsgEndpoint} says
   */
  default void send(MemorySegment payload) throws RpmsgException {
    RpmsgEndpoint endpoint = endpoint();
    if (endpoint == null) {
      throw new RpmsgException(Errno.EINVAL, "channel " + deviceName() + " has no endpoint");
    }
    endpoint.send(payload);
  }

  /** False once the channel was removed. */
  boolean isOpen();

  /** The properties of the channel's service, by the names above, as they are now. */
  default Map<String, Object> serviceProperties() {
    return Map.of(
        NAME, name(),
        SRC, Integer.toUnsignedLong(src()),
        DST, Integer.toUnsignedLong(dst()),
        TRANSPORT, transport(),
        DEVICE, deviceName(),
        MODALIAS, modalias(),
        ANNOUNCE, announce());
  }
}
