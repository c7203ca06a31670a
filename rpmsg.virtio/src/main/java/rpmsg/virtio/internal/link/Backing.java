// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;

/** The memory of a link, held by one index until it is closed. */
interface Backing extends AutoCloseable {

  /** Where it is, for people. */
  String description();

  /** The whole memory. */
  MemorySegment memory();

  /** Throws if the memory is no longer what was opened. */
  void check() throws LinkException;

  /** Releases the index, then the memory. */
  @Override
  void close();
}
