// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/**
 * What is bound to channels of certain names: the second way in, beside a reference to an {@link
 * RpmsgChannel}. Register it as an OSGi service (whiteboard) with the properties named here.
 *
 * <p>{@link #probe} and {@link #remove} run in order on the control queue of the channel's
 * transport, not on its receive thread: a probe may send a message and wait for the answer.
 */
public interface RpmsgDriver {
  /** Service property, String: the driver's name, for overrides; default: the class name. */
  String DRIVER_NAME = "rpmsg.driver.name";

  /**
   * Service property, String+: the channel names it takes, each {@code name} or {@code name=data};
   * matched exactly and in order (LX043). Without it, only an override binds (LX045).
   */
  String ID_TABLE = "rpmsg.id_table";

  /**
   * The listener of the channel's default endpoint, or null for no default endpoint (and then no
   * announcement, LX053). Asked before {@link #probe}; messages may arrive before probe returns
   * (LX048).
   */
  default RpmsgListener listener(RpmsgChannel channel) {
    return null;
  }

  /**
   * A channel was bound. Its default endpoint exists and its src is known (LX046, LX047).
   *
   * @throws Exception unbinds it again: the endpoint is destroyed, nothing is announced (LX049)
   */
  void probe(RpmsgChannel channel) throws Exception;

  /** The channel is about to go, or the driver is. The default endpoint is still there (LX054). */
  default void remove(RpmsgChannel channel) {}
}
