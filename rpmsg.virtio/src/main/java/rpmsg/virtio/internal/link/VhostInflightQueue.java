// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.ring.InFlight;

/**
 * What a device has in hand of a split ring, as the vhost-user protocol lays it out in "Inflight
 * I/O tracking", in the byte order of the machine:
 *
 * <pre>
 * u64 features;         // 0
 * u16 version;          // 8   1; 0 in an area that nobody has used yet
 * u16 desc_num;         // 10
 * u16 last_batch_head;  // 12  the list of what is put into the used ring next
 * u16 used_idx;         // 14  used.idx when the marks below were right
 * struct {
 *   u8  inflight;       // 0
 *   u8  done;           // 1   of the padding; see below
 *   u8  padding[4];
 *   u16 next;           // 6   in that list
 *   u64 counter;        // 8   tells the order in which they were taken
 * } desc[desc_num];     // 16
 * </pre>
 *
 * <p>Buffers of the queue on which a device receives are marked {@code done} as soon as the
 * listener has returned: a device that takes over returns them and does not deliver them again.
 * What is lost or repeated is at most what a listener was in the midst of. A buffer of the other
 * queue that was filled and not yet visible is free again.
 *
 * <p>A device that is killed has done all of its stores up to some point of the program; the fences
 * keep the compiler from changing their order. All that is read is checked.
 */
final class VhostInflightQueue implements InFlight {

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int VERSION = 1;
  private static final int RECEIVES = 1;

  private static final long AT_VERSION = 8;
  private static final long AT_NUM = 10;
  private static final long AT_BATCH_HEAD = 12;
  private static final long AT_USED_INDEX = 14;
  private static final long HEADER = 16;
  private static final long ENTRY = 16;
  private static final long AT_DONE = 1;
  private static final long AT_NEXT = 6;
  private static final long AT_COUNTER = 8;

  private final MemorySegment notes;
  private final int num;
  private final boolean marksDone;
  private final int[] batch;
  private int batched;
  private long counter;

  private VhostInflightQueue(MemorySegment notes, int index, int num) {
    this.notes = notes;
    this.num = num;
    this.marksDone = index == RECEIVES;
    this.batch = new int[num];
  }

  static long size(int num) {
    return HEADER + ENTRY * num;
  }

  /**
   * Notes for a ring.
   *
   * @throws LinkException BAD_PEER if something else is there
   */
  static VhostInflightQueue of(MemorySegment notes, int index, int num) throws LinkException {
    int version = unsigned(notes, AT_VERSION);
    int noted = unsigned(notes, AT_NUM);
    if (version != 0 && (version != VERSION || noted != num)) {
      throw new LinkException(
          Kind.BAD_PEER,
          "vring %d: the in-flight area has version %d and %d descriptors, expected 1 and %d"
              .formatted(index, version, noted, num));
    }
    return new VhostInflightQueue(notes, index, num);
  }

  /** Whether an earlier device left something in hand. */
  boolean hasSome() {
    return unsigned(notes, AT_VERSION) != 0 && IntStream.range(0, num).anyMatch(this::inFlight);
  }

  @Override
  public int[] resume(int usedIndex) {
    if (unsigned(notes, AT_VERSION) == 0) {
      begin(usedIndex);
      return null;
    }
    finishBatch(usedIndex);
    Integer[] boxed =
        IntStream.range(0, num).filter(this::inFlight).boxed().toArray(Integer[]::new);
    Arrays.sort(boxed, Comparator.comparingLong(this::counter));
    int[] inHand = new int[boxed.length];
    for (int i = 0; i < inHand.length; i++) {
      inHand[i] = boxed[i];
      counter = counter(inHand[i]) + 1;
    }
    return inHand;
  }

  private void begin(int usedIndex) {
    notes.set(SHORT, AT_NUM, (short) num);
    notes.set(SHORT, AT_USED_INDEX, (short) usedIndex);
    VarHandle.releaseFence();
    notes.set(SHORT, AT_VERSION, (short) VERSION);
  }

  /** The earlier device had stored used.idx and not yet taken the marks away. */
  private void finishBatch(int usedIndex) {
    int size = (usedIndex - unsigned(notes, AT_USED_INDEX)) & 0xFFFF;
    int id = unsigned(notes, AT_BATCH_HEAD);
    for (int i = 0; i < Math.min(size, num) && id < num; i++) {
      clear(id);
      id = unsigned(notes, entry(id) + AT_NEXT);
    }
    VarHandle.releaseFence();
    notes.set(SHORT, AT_USED_INDEX, (short) usedIndex);
  }

  @Override
  public boolean done(int id) {
    return marksDone && notes.get(BYTE, entry(id) + AT_DONE) != 0;
  }

  @Override
  public void taken(int id) {
    long at = entry(id);
    notes.set(BYTE, at + AT_DONE, (byte) 0);
    notes.set(LONG, at + AT_COUNTER, counter++);
    VarHandle.releaseFence();
    notes.set(BYTE, at, (byte) 1);
    VarHandle.releaseFence();
  }

  @Override
  public void returned(int id) {
    clear(id);
  }

  @Override
  public void added(int id) {
    long at = entry(id);
    VarHandle.releaseFence();
    notes.set(BYTE, at + AT_DONE, (byte) 1);
    notes.set(SHORT, at + AT_NEXT, notes.get(SHORT, AT_BATCH_HEAD));
    VarHandle.releaseFence();
    notes.set(SHORT, AT_BATCH_HEAD, (short) id);
    VarHandle.releaseFence();
    if (batched < num) {
      batch[batched++] = id;
    }
  }

  @Override
  public void published(int usedIndex) {
    VarHandle.releaseFence();
    for (int i = 0; i < batched; i++) {
      clear(batch[i]);
    }
    batched = 0;
    VarHandle.releaseFence();
    notes.set(SHORT, AT_USED_INDEX, (short) usedIndex);
  }

  private void clear(int id) {
    notes.set(BYTE, entry(id), (byte) 0);
  }

  private boolean inFlight(int id) {
    return notes.get(BYTE, entry(id)) != 0;
  }

  private long counter(int id) {
    return notes.get(LONG, entry(id) + AT_COUNTER);
  }

  private static long entry(int id) {
    return HEADER + ENTRY * id;
  }

  private static int unsigned(MemorySegment at, long offset) {
    return Short.toUnsignedInt(at.get(SHORT, offset));
  }
}
