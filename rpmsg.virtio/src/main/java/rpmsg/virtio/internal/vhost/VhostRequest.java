// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.util.List;

/**
 * The requests that are known, with what they carry. Those of the front-end go over the connection
 * itself, those of the back-end ({@code BACKEND_…}) over the back-channel; the two have numbers of
 * their own.
 */
public enum VhostRequest {
  GET_FEATURES(1, Shape.EMPTY, Shape.U64),
  SET_FEATURES(2, Shape.U64),
  SET_OWNER(3, Shape.EMPTY),
  RESET_OWNER(4, Shape.EMPTY),
  SET_MEM_TABLE(5, Shape.TABLE),
  SET_VRING_NUM(8, Shape.STATE),
  SET_VRING_ADDR(9, Shape.ADDRESS),
  SET_VRING_BASE(10, Shape.STATE),
  GET_VRING_BASE(11, Shape.STATE, Shape.STATE),
  SET_VRING_KICK(12, Shape.VRING_FD),
  SET_VRING_CALL(13, Shape.VRING_FD),
  SET_VRING_ERR(14, Shape.VRING_FD),
  GET_PROTOCOL_FEATURES(15, Shape.EMPTY, Shape.U64),
  SET_PROTOCOL_FEATURES(16, Shape.U64),
  GET_QUEUE_NUM(17, Shape.EMPTY, Shape.U64),
  SET_VRING_ENABLE(18, Shape.STATE),
  SET_BACKEND_REQ_FD(21, Shape.EMPTY.withFds(1, 1)),
  GET_CONFIG(24, Shape.CONFIG, Shape.CONFIG_REPLY),
  SET_CONFIG(25, Shape.CONFIG),
  GET_INFLIGHT_FD(31, Shape.INFLIGHT, Shape.INFLIGHT.withFds(0, 1)),
  SET_INFLIGHT_FD(32, Shape.INFLIGHT.withFds(1, 1)),
  RESET_DEVICE(34, Shape.EMPTY),
  VRING_KICK(35, Shape.STATE),
  GET_MAX_MEM_SLOTS(36, Shape.EMPTY, Shape.U64),
  ADD_MEM_REG(37, Shape.REGION.withFds(1, 1)),
  /** A descriptor that comes with it is closed unused. */
  REM_MEM_REG(38, Shape.REGION.withFds(0, 1)),
  SET_STATUS(39, Shape.U64),
  GET_STATUS(40, Shape.EMPTY, Shape.U64),
  BACKEND_CONFIG_CHANGE_MSG(2, Shape.EMPTY),
  BACKEND_VRING_CALL(4, Shape.STATE);

  private static final List<VhostRequest> ALL = List.of(values());

  private final int number;
  private final Shape request;
  private final Shape reply;
  private final boolean answered;

  VhostRequest(int number, Shape request) {
    this(number, request, Shape.U64, false);
  }

  VhostRequest(int number, Shape request, Shape reply) {
    this(number, request, reply, true);
  }

  VhostRequest(int number, Shape request, Shape reply, boolean answered) {
    this.number = number;
    this.request = request;
    this.reply = reply;
    this.answered = answered;
  }

  /** The request of that number, or null if none is known. */
  static VhostRequest find(boolean fromBackend, int number) {
    for (VhostRequest request : ALL) {
      if (request.number == number && request.fromBackend() == fromBackend) {
        return request;
      }
    }
    return null;
  }

  /** The number in the header. */
  public int number() {
    return number;
  }

  /** Whether the back-end makes it, on the back-channel. */
  public boolean fromBackend() {
    return ordinal() >= BACKEND_CONFIG_CHANGE_MSG.ordinal();
  }

  /**
   * Whether it has an answer of its own. All others are answered by a u64, 0 for success, and only
   * when the request asks for a reply.
   */
  public boolean answered() {
    return answered;
  }

  Shape shape(boolean isReply) {
    return isReply ? reply : request;
  }

  /** Whether its payload is a vring index with the bit for "no descriptor". */
  boolean carriesVringFd() {
    return request == Shape.VRING_FD;
  }
}
