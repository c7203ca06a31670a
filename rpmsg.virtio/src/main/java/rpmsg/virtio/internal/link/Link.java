// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.ByteOrder;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * Memory, device configuration and doorbell under one virtio transport, for one session. A link is
 * open from its creation to {@link #close}; the next session opens a new one ({@link Links#open}).
 *
 * <p><b>Memory that goes away.</b> Another process can truncate a file that is mapped here. An
 * access then ends in an {@link InternalError} which compiled code throws <em>later</em> than the
 * access (at the next safepoint), after it went on with an arbitrary value. Three rules keep that
 * from doing harm: every value is checked as if a hostile peer had written it; the outermost loop
 * of a thread (or the outermost method that a user calls) catches {@code InternalError} and ends
 * the session with {@link #accessFault}; and the memory is written by plain stores behind {@link
 * java.lang.invoke.VarHandle#releaseFence}, because an interpreted {@code setRelease}, {@code
 * setOpaque} or {@code setVolatile} of a byte or short, and any interpreted {@code compareAndSet},
 * takes the whole JVM down on such a page. So do the intrinsics that read a buffer in native code,
 * such as {@link java.util.zip.CRC32}: copy first.
 */
public interface Link extends AutoCloseable {

  /** What this is, for people: {@code shm:/dev/shm/x index 0, doorbell unix:/tmp/y}. */
  String description();

  /**
   * The shared memory. Any thread may use it; after {@link #close} of a file's link each access
   * throws {@link IllegalStateException}. The two ends of a loopback share one segment, which lasts
   * until both have closed: there only this method throws.
   */
  DeviceMemory memory();

  /**
   * The byte order of the rings and the message headers, once features are agreed: little-endian
   * with VERSION_1, else that of the driver (VIRTIO 1.2, section 2.7.3; LX015).
   */
  ByteOrder order();

  /** Status, features and configuration space. */
  DeviceConfig config();

  /**
   * A ring, checked: inside the memory and apart from what else the link knows to lie there.
   *
   * @param index 0 (device to driver) or 1 (driver to device)
   * @param eventIdx whether VIRTIO_F_EVENT_IDX was agreed
   * @throws LinkException if it does not lie in the memory
   */
  VirtqueueConfig ring(int index, boolean eventIdx) throws LinkException;

  /**
   * The device side of a ring, from where it has to go on.
   *
   * @throws LinkException as {@link #ring}
   */
  default DeviceVirtqueue device(int index, boolean eventIdx) throws LinkException {
    return ring(index, eventIdx).device();
  }

  /** Where the driver side carves its buffers. Its size may be too small for them: check. */
  Pool pool();

  /** The doorbell of this end. */
  Doorbell doorbell();

  /**
   * Looks whether the session can go on. Costs a few system calls: meant for every few
   * milliseconds, and for when {@link #urgent} says so. The receive thread; where the link is not
   * {@link #negotiated}, any thread.
   *
   * @throws LinkException TRUNCATED, DELETED, REPLACED, TABLE_REWRITTEN, NOT_READY, PEER_CLOSED,
   *     BAD_PEER or IO
   */
  void check() throws LinkException;

  /** Whether {@link #check} has something to do now. The receive thread. */
  default boolean urgent() {
    return false;
  }

  /**
   * Whether the peer sets the rings up by messages, and does so again for each session on the open
   * link. Then used entries say nothing about an earlier device, the rings go on where the peer
   * says, and PEER_CLOSED and BAD_PEER end a session but not the link.
   */
  default boolean negotiated() {
    return false;
  }

  /**
   * Whether the peer has been at work on these rings with a device before us, and knows nothing of
   * the change: it goes on talking to the services of that one.
   */
  default boolean resumed() {
    return false;
  }

  /**
   * Whether a session uses the memory: from the creation of its rings until nobody sends or
   * receives any more. The receive thread.
   */
  default void inUse(boolean inUse) {}

  /** Whether the peer asked for other memory under the rings of the session. Receive thread. */
  default boolean moving() {
    return false;
  }

  /**
   * Takes the other memory; {@link #memory} and {@link #ring} are of that one from here on, and
   * what was before is unmapped. The receive thread, while nobody sends.
   *
   * @throws LinkException BAD_PEER
   */
  default void move() throws LinkException {}

  /**
   * Names the reason of a failed memory access, see above. Any thread.
   *
   * @param error what the access threw
   * @return what {@link #check} finds, or IO if it finds nothing (a full file system under a file
   *     with holes)
   */
  default LinkException accessFault(InternalError error) {
    try {
      check();
    } catch (LinkException found) {
      found.addSuppressed(error);
      return found;
    }
    return LinkException.memoryFault(description(), error);
  }

  /** Writes lines for people that say what was negotiated; none if nothing is. Any thread. */
  default void dump(Appendable out) throws IOException {}

  /**
   * Ends the session: doorbell closed (a server's socket removed), index released, memory unmapped
   * last. The memory is not touched. Idempotent; any thread, though nobody may use the memory any
   * more.
   */
  @Override
  void close();
}
