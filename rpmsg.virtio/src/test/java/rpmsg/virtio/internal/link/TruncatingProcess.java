// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Opens a link, uses it until its code is compiled, cuts the file, and goes on using it. */
final class TruncatingProcess {

  private static final int WARM_UP = 200_000;
  private static final int AFTER = 50;
  private static final int POOL = 0x10000;
  private static final VarHandle INDEX = ValueLayout.JAVA_SHORT.varHandle();
  private static final byte[] HEAP = new byte[4096];

  /** What is read is used: a compiler leaves out a read whose value nobody wants. */
  private static long sink;

  private static final List<Consumer<Link>> ACCESSES =
      List.of(
          link -> sink += link.config().status(),
          link -> link.config().status(4),
          link -> sink += link.config().driverFeatures(),
          link -> link.config().driverFeatures(1),
          link -> sink += readIndex(Tables.memory(link)),
          link -> publishIndex(Tables.memory(link)),
          link -> MemorySegment.copy(Tables.memory(link), JAVA_BYTE, POOL, HEAP, 0, 16),
          link -> MemorySegment.copy(Tables.memory(link), JAVA_BYTE, POOL, HEAP, 0, 4096),
          link -> MemorySegment.copy(HEAP, 0, Tables.memory(link), JAVA_BYTE, POOL, 496),
          link -> Tables.memory(link).asSlice(0x4000, Tables.vring(link, 0).size()).fill((byte) 0),
          link -> sink += Tables.memory(link).asSlice(POOL, 496).toArray(JAVA_BYTE)[0],
          link ->
              sink += Tables.memory(link).asSlice(POOL, 496).mismatch(MemorySegment.ofArray(HEAP)));

  private TruncatingProcess() {}

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[0]);
    try (Link link = Links.open("shm:" + path, "poll", 0, LinkOptions.DEFAULT)) {
      for (int i = 0; i < WARM_UP; i++) {
        ACCESSES.get(i % ACCESSES.size()).accept(link);
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
      Set<LinkException.Kind> reasons = EnumSet.noneOf(LinkException.Kind.class);
      for (int access = 0; access < ACCESSES.size(); access++) {
        reasons.add(useInVain(link, access));
      }
      System.out.println(reasons);
    }
  }

  private static LinkException.Kind useInVain(Link link, int access) {
    LinkException reason = null;
    for (int i = 0; i < AFTER; i++) {
      try {
        ACCESSES.get(access).accept(link);
      } catch (InternalError e) {
        reason = link.accessFault(e);
      }
    }
    if (reason == null) {
      throw new AssertionError("access " + access + " did not fail");
    }
    return reason.kind();
  }

  private static short readIndex(MemorySegment memory) {
    return (short) INDEX.getAcquire(memory, 0x5002L);
  }

  private static void publishIndex(MemorySegment memory) {
    VarHandle.releaseFence();
    INDEX.set(memory, 0x5002L, (short) 1);
    VarHandle.fullFence();
  }
}
