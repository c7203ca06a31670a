// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.MemoryTable;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostConfig;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringAddress;
import rpmsg.virtio.internal.vhost.VringState;

/**
 * What the back-end does at each request of the front-end. What is not possible, was not offered or
 * was not negotiated is BAD_PEER. Source: the vhost-user protocol specification, section "Front-end
 * message types".
 */
final class VhostRequests {

  private static final long F_VERSION_1 = 1L << 32;
  private static final int MAX_NUM = 32768;
  private static final int MAX_INDEX = 0xFFFF;
  private static final int MAX_STATUS = 0xFF;

  private final long features;
  private final long protocol;
  private final byte[] config;

  VhostRequests(LinkOptions options) {
    features = options.features() | VhostFeature.PROTOCOL_FEATURES | F_VERSION_1;
    protocol = VhostFeature.bits(options.vhost().protocol());
    config = options.config();
  }

  /** What the device offers. */
  long features() {
    return features;
  }

  String protocolWords() {
    return VhostFeature.words(protocol);
  }

  byte[] config() {
    return config.clone();
  }

  /** Whether the request changes the memory under the rings. */
  static boolean moves(VhostMessage message) {
    return switch (message.request()) {
      case SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG -> true;
      default -> false;
    };
  }

  /** Whether the request cannot be answered while a session uses the rings. */
  static boolean disturbs(VhostState state, VhostMessage message) {
    return switch (message.request()) {
      case GET_VRING_BASE,
          RESET_OWNER,
          RESET_DEVICE,
          SET_VRING_NUM,
          SET_VRING_BASE,
          SET_INFLIGHT_FD ->
          true;
      case SET_VRING_ENABLE -> message.state().num() != 1;
      case SET_FEATURES -> !state.hasFeatures(message.u64());
      case SET_STATUS -> message.u64() == 0;
      case SET_VRING_ADDR -> {
        VringAddress address = message.address();
        yield !isQueue(address.index()) || !address.equals(state.queue(address.index()).address());
      }
      default -> false;
    };
  }

  /**
   * Does what the request says.
   *
   * @return the answer, or null if it gets none
   * @throws LinkException BAD_PEER
   * @throws VhostException PROTOCOL or IO
   */
  VhostMessage handle(VhostState state, VhostMessage message) throws LinkException, VhostException {
    VhostRequest request = message.request();
    checkNegotiated(state, request);
    return switch (request) {
      case GET_FEATURES -> message.reply(features);
      case GET_PROTOCOL_FEATURES -> message.reply(protocol);
      case GET_QUEUE_NUM -> message.reply(VhostState.QUEUES);
      case GET_MAX_MEM_SLOTS -> message.reply(MemoryTable.MAX_SLOTS);
      case GET_STATUS -> message.reply(state.statusOfDriver());
      case GET_CONFIG -> configReply(message);
      case GET_INFLIGHT_FD -> VhostInflightArea.create(message);
      case SET_CONFIG -> acknowledgement(state, message, 1);
      case GET_VRING_BASE -> {
        VhostQueue queue = queue(state, request, message.state().index());
        queue.stop();
        yield message.reply(new VringState(queue.index, queue.base()));
      }
      default -> {
        change(state, message);
        yield acknowledgement(state, message, 0);
      }
    };
  }

  /** The answer to a request that has none of its own, if one is wanted; 0 is success. */
  static VhostMessage acknowledgement(VhostState state, VhostMessage message, long result) {
    boolean wanted =
        message.needsReply() && !message.request().answered() && state.has(VhostFeature.REPLY_ACK);
    return wanted ? message.reply(result) : null;
  }

  /**
   * Whether the request may come at all.
   *
   * @throws LinkException BAD_PEER
   */
  static void checkNegotiated(VhostState state, VhostRequest request) throws LinkException {
    VhostFeature needed =
        switch (request) {
          case GET_QUEUE_NUM -> VhostFeature.MQ;
          case SET_BACKEND_REQ_FD -> VhostFeature.BACKEND_REQ;
          case GET_CONFIG, SET_CONFIG -> VhostFeature.CONFIG;
          case GET_INFLIGHT_FD, SET_INFLIGHT_FD -> VhostFeature.INFLIGHT;
          case RESET_DEVICE -> VhostFeature.RESET_DEVICE;
          case VRING_KICK -> VhostFeature.INBAND;
          case GET_MAX_MEM_SLOTS, ADD_MEM_REG, REM_MEM_REG -> VhostFeature.MEM_SLOTS;
          case GET_STATUS, SET_STATUS -> VhostFeature.STATUS;
          default -> null;
        };
    if (needed != null && !state.has(needed)) {
      throw bad(request, needed.word() + " was not negotiated");
    }
  }

  private void change(VhostState state, VhostMessage message) throws LinkException, VhostException {
    VhostRequest request = message.request();
    switch (request) {
      case SET_OWNER -> {}
      case RESET_OWNER -> state.disable();
      case RESET_DEVICE -> state.reset();
      case SET_FEATURES -> setFeatures(state, message.u64());
      case SET_PROTOCOL_FEATURES -> state.protocol(offered(request, message.u64(), protocol));
      case SET_BACKEND_REQ_FD -> state.backChannel(backChannel(message));
      case SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG -> state.memory(memory(state, message));
      case SET_INFLIGHT_FD -> state.inflight(VhostInflightArea.map(message));
      case SET_STATUS -> setStatus(state, message.u64());
      case SET_VRING_ADDR -> setAddress(state, message.address());
      case SET_VRING_KICK -> setKick(state, message);
      case SET_VRING_CALL -> setCall(state, message);
      case SET_VRING_ERR -> queue(state, request, message.vringIndex()).error(descriptor(message));
      case SET_VRING_NUM, SET_VRING_BASE, SET_VRING_ENABLE, VRING_KICK ->
          setQueue(state, request, message.state());
      default -> throw bad(request, "is no request of a front-end");
    }
  }

  private void setFeatures(VhostState state, long value) throws LinkException {
    offered(VhostRequest.SET_FEATURES, value, features);
    if (!state.driverOk() || !state.hasFeatures(value)) {
      state.features(value);
    }
  }

  private static void setStatus(VhostState state, long value) throws LinkException {
    if (value < 0 || value > MAX_STATUS) {
      throw bad(VhostRequest.SET_STATUS, "0x" + Long.toHexString(value) + " is no status");
    }
    if (value == 0) {
      state.disable();
    }
    state.statusOfDriver((int) value);
  }

  private static void setAddress(VhostState state, VringAddress address) throws LinkException {
    VhostQueue queue = queue(state, VhostRequest.SET_VRING_ADDR, address.index());
    if (address.flags() != 0) {
      throw bad(
          VhostRequest.SET_VRING_ADDR,
          "flags 0x" + Integer.toHexString(address.flags()) + ": nothing is logged");
    }
    queue.address(address);
  }

  private static void setKick(VhostState state, VhostMessage message) throws LinkException {
    VhostQueue queue = queue(state, VhostRequest.SET_VRING_KICK, message.vringIndex());
    queue.kick(descriptor(message));
    if (queue.enabled() && !state.driverOk()) {
      queue.enable();
    }
  }

  /** Whoever waited for a call on the descriptor before gets one on the new one. */
  private static void setCall(VhostState state, VhostMessage message) throws LinkException {
    VhostQueue queue = queue(state, VhostRequest.SET_VRING_CALL, message.vringIndex());
    queue.call(descriptor(message));
    if (state.driverOk()) {
      queue.signal();
    }
  }

  private static void setQueue(VhostState state, VhostRequest request, VringState value)
      throws LinkException {
    VhostQueue queue = queue(state, request, value.index());
    int num = value.num();
    switch (request) {
      case SET_VRING_NUM -> {
        if (num < 1 || num > MAX_NUM || Integer.bitCount(num) != 1) {
          throw bad(request, unsigned(num) + " is no power of two from 1 to " + MAX_NUM);
        }
        queue.num(num);
      }
      case SET_VRING_BASE -> {
        if (num < 0 || num > MAX_INDEX) {
          throw bad(request, unsigned(num) + " is no index: it may be up to " + MAX_INDEX);
        }
        queue.base(num);
      }
      case SET_VRING_ENABLE -> setEnabled(state, queue, num);
      default -> queue.kicked(queue.enabled());
    }
  }

  private static void setEnabled(VhostState state, VhostQueue queue, int value)
      throws LinkException {
    switch (value) {
      case 0 -> {
        state.revive();
        queue.disable();
      }
      case 1 -> {
        if (!queue.enabled()) {
          queue.enable();
        }
      }
      default -> throw bad(VhostRequest.SET_VRING_ENABLE, unsigned(value) + " is neither 0 nor 1");
    }
  }

  /**
   * The table after the request.
   *
   * @param message is closed, with its descriptors, in any case
   */
  static MemoryTable memory(VhostState state, VhostMessage message) throws VhostException {
    return switch (message.request()) {
      case ADD_MEM_REG -> state.memory().plus(message);
      case REM_MEM_REG -> state.memory().minus(message);
      default -> MemoryTable.of(message);
    };
  }

  private VhostMessage configReply(VhostMessage message) throws VhostException {
    VhostConfig asked = message.config();
    long end = asked.offset() + asked.bytes().byteSize();
    if (end > config.length) {
      return message.refusal();
    }
    MemorySegment bytes = MemorySegment.ofArray(config);
    return message.reply(
        new VhostConfig(
            asked.offset(),
            asked.flags(),
            bytes.asSlice(asked.offset(), asked.bytes().byteSize())));
  }

  private static long offered(VhostRequest request, long value, long offered) throws LinkException {
    long others = value & ~offered;
    if (others != 0) {
      throw bad(request, "bits 0x" + Long.toHexString(others) + " were not offered");
    }
    return value;
  }

  private static VhostChannel backChannel(VhostMessage message) throws LinkException {
    try {
      return VhostChannel.backendRequests(UnixSocket.of(message.takeFd()));
    } catch (IOException e) {
      throw bad(message.request(), e.getMessage());
    }
  }

  private static EventFd descriptor(VhostMessage message) throws LinkException {
    Fd fd = message.takeFd();
    try {
      return fd == null ? null : EventFd.of(fd);
    } catch (IOException e) {
      throw bad(message.request(), e.getMessage());
    }
  }

  private static VhostQueue queue(VhostState state, VhostRequest request, int index)
      throws LinkException {
    if (!isQueue(index)) {
      throw bad(request, "there is no vring " + unsigned(index));
    }
    return state.queue(index);
  }

  private static boolean isQueue(int index) {
    return index >= 0 && index < VhostState.QUEUES;
  }

  private static String unsigned(int value) {
    return Integer.toUnsignedString(value);
  }

  private static LinkException bad(VhostRequest request, String what) {
    return new LinkException(Kind.BAD_PEER, "vhost-user " + request + ": " + what);
  }
}
