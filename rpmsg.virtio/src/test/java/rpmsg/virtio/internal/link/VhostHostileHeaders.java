// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static rpmsg.virtio.internal.link.VhostHostileBytes.VERSION;
import static rpmsg.virtio.internal.link.VhostHostileBytes.message;

import java.util.ArrayList;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** For each request: headers that lie, descriptors that are too few or too many, and halves. */
final class VhostHostileHeaders {

  /** What the vhost-user protocol says of a request: number, bytes of payload, descriptors. */
  private enum Request {
    GET_FEATURES(1, 0),
    SET_FEATURES(2, 8),
    SET_OWNER(3, 0),
    RESET_OWNER(4, 0),
    SET_MEM_TABLE(5, 8, 264, 1, 8),
    SET_VRING_NUM(8, 8),
    SET_VRING_ADDR(9, 40),
    SET_VRING_BASE(10, 8),
    GET_VRING_BASE(11, 8),
    SET_VRING_KICK(12, 8, 8, 0, 1),
    SET_VRING_CALL(13, 8, 8, 0, 1),
    SET_VRING_ERR(14, 8, 8, 0, 1),
    GET_PROTOCOL_FEATURES(15, 0),
    SET_PROTOCOL_FEATURES(16, 8),
    GET_QUEUE_NUM(17, 0),
    SET_VRING_ENABLE(18, 8),
    SET_BACKEND_REQ_FD(21, 0, 0, 1, 1),
    GET_CONFIG(24, 12, 268, 0, 0),
    SET_CONFIG(25, 12, 268, 0, 0),
    GET_INFLIGHT_FD(31, 20, 24, 0, 0),
    SET_INFLIGHT_FD(32, 20, 24, 1, 1),
    RESET_DEVICE(34, 0),
    VRING_KICK(35, 8),
    GET_MAX_MEM_SLOTS(36, 0),
    ADD_MEM_REG(37, 40, 40, 1, 1),
    REM_MEM_REG(38, 40, 40, 0, 1),
    SET_STATUS(39, 8),
    GET_STATUS(40, 0);

    final int number;
    final int least;
    final int most;
    final int leastFds;
    final int mostFds;

    Request(int number, int bytes) {
      this(number, bytes, bytes, 0, 0);
    }

    Request(int number, int least, int most, int leastFds, int mostFds) {
      this.number = number;
      this.least = least;
      this.most = most;
      this.leastFds = leastFds;
      this.mostFds = mostFds;
    }

    String range() {
      return range(least, most) + " bytes of payload expected, ";
    }

    String fdRange() {
      return range(leastFds, mostFds) + " descriptors expected, ";
    }

    private static String range(int least, int most) {
      return least == most ? "" + least : least + " to " + most;
    }
  }

  private static final int[] NO_REQUESTS = {
    0, 6, 7, 19, 20, 22, 23, 26, 27, 28, 29, 30, 33, 41, 42, 43, 44, 255, Integer.MIN_VALUE, -1
  };

  private static final int HUGE = 0x7FFF_FFFF;

  private final List<VhostHostileCase> cases = new ArrayList<>();
  private final Stage stage;

  private VhostHostileHeaders(Stage stage) {
    this.stage = stage;
  }

  /** On a fresh connection. */
  static List<VhostHostileCase> all() {
    VhostHostileHeaders headers = new VhostHostileHeaders(Stage.RAW);
    for (Request request : Request.values()) {
      headers.flags(request);
      headers.sizes(request);
      headers.descriptors(request);
      headers.halves(request);
    }
    headers.strangers();
    return headers.cases;
  }

  /** While a session runs. */
  static List<VhostHostileCase> running() {
    VhostHostileHeaders headers = new VhostHostileHeaders(Stage.RUNNING);
    for (Request request : Request.values()) {
      headers.descriptors(request);
      headers.halves(request);
    }
    headers.strangers();
    return headers.cases;
  }

  private void flags(Request request) {
    for (int version : new int[] {0, 2, 3}) {
      header(request, "version " + version, version, "version 1 expected, was " + version);
    }
    header(request, "flag 4", 0x11, "flags that are not known: 0x11");
    header(request, "flag 31", 0x8000_0001, "flags that are not known: 0x80000001");
    header(request, "a reply", 5, "a reply to no request");
  }

  private void header(Request request, String what, int flags, String words) {
    byte[] bytes = message(request.number, flags, request.least, new byte[request.least]);
    closed(request + " with " + what, bytes, 0, request + ": " + words);
  }

  private void sizes(Request request) {
    if (request.least > 0) {
      size(request, request.least - 1);
      size(request, 0);
    }
    size(request, request.most + 1);
    size(request, HUGE);
    size(request, -1);
  }

  private void size(Request request, int size) {
    closed(
        request + " of " + Integer.toUnsignedString(size) + " bytes",
        message(request.number, VERSION, size, new byte[request.least]),
        0,
        request + ": " + request.range() + Integer.toUnsignedString(size) + " came");
  }

  private void descriptors(Request request) {
    if (request.leastFds > 0) {
      descriptors(request, request.leastFds - 1);
    }
    if (request.mostFds < 8) {
      descriptors(request, request.mostFds + 1);
    }
    byte[] bytes = message(request.number, VERSION, request.least, new byte[request.least]);
    closed(request + " with 9 descriptors", bytes, 9, "more than 8 descriptors came");
  }

  private void descriptors(Request request, int count) {
    byte[] bytes = message(request.number, VERSION, request.least, new byte[request.least]);
    closed(
        request + " with " + count + " descriptors",
        bytes,
        count,
        request + ": " + request.fdRange() + count + " came");
  }

  private void halves(Request request) {
    byte[] whole = message(request.number, VERSION, request.least, new byte[request.least]);
    half("half a header of " + request, whole, 6, "in the middle of a header");
    if (request.least > 0) {
      half("nothing but the header of " + request, whole, 12, "in the middle of " + request);
      half("half of " + request, whole, 12 + request.least / 2, "in the middle of " + request);
    }
  }

  private void half(String name, byte[] whole, int length, String words) {
    byte[] part = java.util.Arrays.copyOf(whole, length);
    cases.add(
        VhostHostileCase.gone(
            name,
            stage,
            front -> {
              front.say(part, front.guest.memfd);
              front.hangUp();
            },
            words));
  }

  private void strangers() {
    for (int number : NO_REQUESTS) {
      String unsigned = Integer.toUnsignedString(number);
      byte[] bytes = message(number, VERSION, 0, new byte[0]);
      closed("request " + unsigned, bytes, 0, "front-end request " + unsigned + ": not known");
    }
  }

  private void closed(String name, byte[] bytes, int fds, String words) {
    cases.add(
        VhostHostileCase.closed(
            name,
            stage,
            front -> {
              int[] all = new int[fds];
              java.util.Arrays.fill(all, front.guest.memfd);
              front.say(bytes, all);
            },
            words));
  }
}
