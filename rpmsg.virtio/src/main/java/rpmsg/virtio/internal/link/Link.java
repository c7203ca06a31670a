// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

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
   * The whole shared memory; every device address is an offset in it. Any thread may use it; after
   * {@link #close} of a file's link each access throws {@link IllegalStateException}. The two ends
   * of a loopback share one segment, which lasts until both have closed: there only this method
   * throws.
   */
  MemorySegment memory();

  /** The byte order of the table, the rings and the message headers. */
  ByteOrder order();

  /** Status, features and configuration space. */
  DeviceConfig config();

  /**
   * A vring as the table describes it, checked: inside the memory, apart from the table and from
   * the other vring.
   *
   * @param index 0 (device to driver) or 1 (driver to device)
   */
  Vring vring(int index);

  /** Where the driver side carves its buffers. Its size may be too small for them: check. */
  Pool pool();

  /** The doorbell of this end. */
  Doorbell doorbell();

  /**
   * Looks whether the session can go on. Costs a few system calls: meant for every few
   * milliseconds. Any thread.
   *
   * @throws LinkException TRUNCATED, DELETED, REPLACED, TABLE_REWRITTEN, PEER_CLOSED or IO
   */
  void check() throws LinkException;

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

  /**
   * Ends the session: doorbell closed (a server's socket removed), index released, memory unmapped
   * last. The memory is not touched. Idempotent; any thread, though nobody may use the memory any
   * more.
   */
  @Override
  void close();
}
