// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/**
 * What a transport can do for its address space: Linux's device and endpoint operations. Every
 * operation that has a default is optional; the default gives the error that Linux gives (LX068,
 * LX081 to LX084). The bus has checked addresses and sizes before it calls. Any thread may call.
 */
public interface TransportOps {
  /** The transport's name, unique on the bus. */
  String name();

  /** Byte order of headers and name service messages (linux-rpmsg A.5). */
  ByteOrder order();

  /** Whether the peer understands announcements (VIRTIO_RPMSG_F_NS, LX094). */
  boolean announces();

  /** Whether channels can be created and released (LX068). */
  default boolean hasChannels() {
    return true;
  }

  /** Largest payload in bytes. */
  default int mtu() throws RpmsgException {
    throw new RpmsgException(Errno.ENOTSUPP, name() + " does not know its MTU");
  }

  /**
   * Copies {@code payload} into a transmit buffer and publishes it.
   *
   * @param timeoutNanos how long to wait for a buffer, 0 for not at all
   * @return false when no buffer came free in time
   */
  default boolean send(int src, int dst, MemorySegment payload, long timeoutNanos)
      throws RpmsgException {
    throw cannotSend();
  }

  /** A transmit buffer to fill in place, or null when none came free in time. */
  default BufferClaim claim(int src, int dst, int length, long timeoutNanos) throws RpmsgException {
    throw cannotSend();
  }

  /** Whether a transmit buffer is free now. */
  default boolean writable() {
    return false;
  }

  /** Runs {@code action} once when a transmit buffer is free, on a thread that may block. */
  default void whenWritable(Runnable action) throws RpmsgException {
    throw new RpmsgException(Errno.ENXIO, name() + " does not report free buffers");
  }

  /** Asks the peer to pause or go on. */
  default void setFlowControl(int src, int dst, boolean pause) throws RpmsgException {
    throw new RpmsgException(Errno.EOPNOTSUPP, name() + " has no flow control");
  }

  /** Lets the receive thread call {@link AddressSpace#service()} soon. */
  void wake();

  private RpmsgException cannotSend() {
    return new RpmsgException(Errno.ENXIO, name() + " cannot send");
  }
}
