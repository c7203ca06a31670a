// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import rpmsg.syscall.Fd;

/**
 * A message. One that was received has been checked: its payload has a size that its request allows
 * and it has as many descriptors. It owns the descriptors until they are {@linkplain #takeFd
 * taken}; {@link #close} closes the others. One that is to be sent only borrows them: their owner
 * closes them, and the message is not closed.
 */
public final class VhostMessage implements AutoCloseable {

  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);
  private static final int INDEX_MASK = 0xFF;
  private static final int NO_FD = 0x100;

  private final VhostRequest request;
  private final boolean isReply;
  private final boolean needsReply;
  private final MemorySegment payload;
  private final List<Fd> fds;

  VhostMessage(
      VhostRequest request,
      boolean isReply,
      boolean needsReply,
      MemorySegment payload,
      List<Fd> fds) {
    this.request = request;
    this.isReply = isReply;
    this.needsReply = needsReply;
    this.payload = payload;
    this.fds = new ArrayList<>(fds);
  }

  /** A request without payload, with descriptors if it has any. */
  public static VhostMessage of(VhostRequest request, Fd... fds) {
    return create(request, NOTHING, List.of(fds));
  }

  /** A request that carries a number. */
  public static VhostMessage of(VhostRequest request, long value, Fd... fds) {
    return create(request, u64(value), List.of(fds));
  }

  /** A request that carries a vring and a number. */
  public static VhostMessage of(VhostRequest request, VringState state) {
    return create(request, state.bytes(), List.of());
  }

  /** SET_VRING_ADDR. */
  public static VhostMessage of(VringAddress address) {
    return create(VhostRequest.SET_VRING_ADDR, address.bytes(), List.of());
  }

  /** GET_CONFIG or SET_CONFIG. */
  public static VhostMessage of(VhostRequest request, VhostConfig config) {
    return create(request, config.payload(), List.of());
  }

  /** GET_INFLIGHT_FD, or SET_INFLIGHT_FD with its descriptor. */
  public static VhostMessage of(VhostRequest request, VhostInflight inflight, Fd... fds) {
    return create(request, inflight.bytes(), List.of(fds));
  }

  /** SET_MEM_TABLE: 1 to 8 regions, a descriptor for each. */
  public static VhostMessage memTable(List<MemoryRegion> regions, List<Fd> fds) {
    return create(VhostRequest.SET_MEM_TABLE, MemoryRegion.tableBytes(regions), fds);
  }

  /** ADD_MEM_REG with its descriptor, or REM_MEM_REG. */
  public static VhostMessage of(VhostRequest request, MemoryRegion region, Fd... fds) {
    return create(request, region.singleBytes(), List.of(fds));
  }

  /**
   * SET_VRING_KICK, SET_VRING_CALL or SET_VRING_ERR.
   *
   * @param fd null to say that there is none
   */
  public static VhostMessage vringFd(VhostRequest request, int index, Fd fd) {
    return create(
        request, u64(fd == null ? index | NO_FD : index), fd == null ? List.of() : List.of(fd));
  }

  /** This request, to be answered even if it has no answer of its own (needs REPLY_ACK). */
  public VhostMessage needingReply() {
    return new VhostMessage(request, isReply, true, payload, fds);
  }

  /** The reply to this request: a number, 0 for success where it has no answer of its own. */
  public VhostMessage reply(long value) {
    return new VhostMessage(request, true, false, u64(value), List.of());
  }

  /** The reply to GET_VRING_BASE. */
  public VhostMessage reply(VringState state) {
    return new VhostMessage(request, true, false, state.bytes(), List.of());
  }

  /** The reply to GET_CONFIG. */
  public VhostMessage reply(VhostConfig config) {
    return new VhostMessage(request, true, false, config.payload(), List.of());
  }

  /** The reply to GET_INFLIGHT_FD. */
  public VhostMessage reply(VhostInflight inflight, Fd... fds) {
    return new VhostMessage(request, true, false, inflight.bytes(), List.of(fds));
  }

  /** The reply to GET_CONFIG that says no. */
  public VhostMessage refusal() {
    return new VhostMessage(request, true, false, NOTHING, List.of());
  }

  /** What it is, or what it replies to. */
  public VhostRequest request() {
    return request;
  }

  /** Whether it is a reply. */
  public boolean isReply() {
    return isReply;
  }

  /** Whether it is a request whose flags ask for a reply. */
  public boolean needsReply() {
    return needsReply && !isReply;
  }

  /** The number that it carries. */
  public long u64() {
    return payload.get(JAVA_LONG_UNALIGNED, 0);
  }

  /** The vring of SET_VRING_KICK, SET_VRING_CALL or SET_VRING_ERR, 0 to 255. */
  public int vringIndex() {
    return (int) u64() & INDEX_MASK;
  }

  /** Vring and number. */
  public VringState state() {
    return VringState.read(payload);
  }

  /** Where a vring is. */
  public VringAddress address() {
    return VringAddress.read(payload);
  }

  /** A piece of the configuration space; refused if empty or not inside it. */
  public VhostConfig config() throws VhostException {
    return VhostConfig.read(request, payload);
  }

  /** The in-flight area. */
  public VhostInflight inflight() {
    return VhostInflight.read(payload);
  }

  /** The regions of a SET_MEM_TABLE, each for itself checked. */
  public List<MemoryRegion> regions() throws VhostException {
    return MemoryRegion.readTable(request, payload);
  }

  /** The region of an ADD_MEM_REG or REM_MEM_REG, checked. */
  public MemoryRegion region() throws VhostException {
    return MemoryRegion.readSingle(request, payload);
  }

  /** The descriptor, which is the caller's from now on; null if there is none (any more). */
  public Fd takeFd() {
    return fds.isEmpty() ? null : fds.removeFirst();
  }

  /** The descriptors that were not taken. They stay the message's. */
  List<Fd> fds() {
    return List.copyOf(fds);
  }

  MemorySegment payload() {
    return payload;
  }

  /** What is wrong with its size, its descriptors or the bit that tells of them, or null. */
  String problem() {
    Shape shape = request.shape(isReply);
    String wrong = shape.wrongBytes((int) payload.byteSize());
    if (wrong == null) {
      wrong = shape.wrongFds(fds.size());
    }
    if (wrong == null && !isReply && request.carriesVringFd()) {
      boolean announced = (u64() & NO_FD) == 0;
      wrong = announced == fds.isEmpty() ? fdAgainstBit(announced) : null;
    }
    return wrong;
  }

  /** Closes the descriptors that were not taken. */
  @Override
  public void close() {
    fds.forEach(Fd::close);
    fds.clear();
  }

  @Override
  public String toString() {
    return request
        + (isReply ? " reply" : "")
        + (needsReply() ? " need-reply" : "")
        + " "
        + payload.byteSize()
        + " bytes "
        + fds.size()
        + " fds";
  }

  private static String fdAgainstBit(boolean announced) {
    return announced ? "no descriptor came" : "a descriptor came though bit 8 says that none does";
  }

  private static VhostMessage create(VhostRequest request, MemorySegment payload, List<Fd> fds) {
    return new VhostMessage(request, false, false, payload, fds);
  }

  private static MemorySegment u64(long value) {
    MemorySegment payload = MemorySegment.ofArray(new byte[Long.BYTES]);
    payload.set(JAVA_LONG_UNALIGNED, 0, value);
    return payload;
  }
}
