// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * Anonymous memory between two ends in one process, found by name. Index 0 makes it. When one end
 * closes, the session is over for both: the name is free again, and the memory goes with the end
 * that closes last.
 */
final class Loopback {

  private static final int ALIGN = 0x1000;
  private static final Map<String, Loopback> BY_NAME = new HashMap<>();

  private final String name;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final LoopbackEnd[] ends = new LoopbackEnd[2];
  private int open;

  private Loopback(String name, LinkOptions options) {
    TableLayout layout = new TableLayout(options);
    this.name = name;
    this.memory = arena.allocate(layout.memorySize(), ALIGN);
    layout.write(memory);
  }

  static LoopbackEnd open(String name, int index, LinkOptions options) throws LinkException {
    synchronized (BY_NAME) {
      Loopback loopback = BY_NAME.get(name);
      if (loopback == null && index == 1) {
        throw new LinkException(Kind.NOT_READY, name + " index 1: start the side with index 0");
      }
      if (loopback == null) {
        loopback = new Loopback(name, options);
        BY_NAME.put(name, loopback);
      }
      return loopback.join(index);
    }
  }

  private LoopbackEnd join(int index) throws LinkException {
    if (ends[index] != null) {
      throw new LinkException(
          Kind.IN_USE,
          "%s index %d is in use: take index %d or another name".formatted(name, index, 1 - index));
    }
    ends[index] = new LoopbackEnd(this, name + " index " + index);
    open++;
    if (open == 2) {
      ends[0].doorbell().join(ends[1].doorbell());
    }
    return ends[index];
  }

  MemorySegment memory() {
    return memory;
  }

  /** One end leaves, once. */
  void leave() {
    synchronized (BY_NAME) {
      BY_NAME.remove(name, this);
      open--;
      if (open == 0) {
        arena.close();
      }
    }
  }
}
