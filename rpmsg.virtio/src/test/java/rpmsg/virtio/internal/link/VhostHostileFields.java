// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static rpmsg.virtio.internal.link.VhostHostileBytes.address;
import static rpmsg.virtio.internal.link.VhostHostileBytes.request;
import static rpmsg.virtio.internal.link.VhostHostileBytes.state;
import static rpmsg.virtio.internal.link.VhostHostileBytes.u64;
import static rpmsg.virtio.internal.link.VhostHostileCase.NONE;
import static rpmsg.virtio.internal.link.VhostHostileGuest.SIZE;
import static rpmsg.virtio.internal.link.VhostHostileGuest.USER;

import java.util.ArrayList;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileCase.Descriptors;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Requests whose shape is right and whose numbers are not. */
final class VhostHostileFields {

  private static final String[] NAMES = {
    "",
    "",
    "SET_FEATURES",
    "",
    "",
    "",
    "",
    "",
    "SET_VRING_NUM",
    "SET_VRING_ADDR",
    "SET_VRING_BASE",
    "GET_VRING_BASE",
    "SET_VRING_KICK",
    "SET_VRING_CALL",
    "SET_VRING_ERR",
    "",
    "SET_PROTOCOL_FEATURES",
    "",
    "SET_VRING_ENABLE"
  };

  private final List<VhostHostileCase> cases = new ArrayList<>();
  private final Stage stage;

  private VhostHostileFields(Stage stage) {
    this.stage = stage;
  }

  /** What is refused as soon as it is said. */
  static List<VhostHostileCase> all(Stage stage) {
    VhostHostileFields fields = new VhostHostileFields(stage);
    fields.indices();
    fields.numbers();
    fields.features();
    fields.configuration();
    return fields.cases;
  }

  /** What is refused once the rings are there. */
  static List<VhostHostileCase> addresses(Stage stage) {
    VhostHostileFields fields = new VhostHostileFields(stage);
    for (int queue = 0; queue < 2; queue++) {
      fields.places(queue);
    }
    return fields.cases;
  }

  /** What a front-end that took few protocol features may not say. */
  static List<VhostHostileCase> notNegotiated(Stage stage) {
    VhostHostileFields fields = new VhostHostileFields(stage);
    fields.refused("GET_QUEUE_NUM", request(17), "mq was not negotiated");
    fields.refused("GET_CONFIG", VhostHostileBytes.config(24, 0, 4, 4), "config was not");
    fields.refused("SET_CONFIG", VhostHostileBytes.config(25, 0, 4, 4), "config was not");
    fields.refused("GET_INFLIGHT_FD", VhostHostileBytes.inflight(31, 0, 0, 2, 16), "inflight was");
    fields.refused(
        "SET_INFLIGHT_FD",
        VhostHostileBytes.inflight(32, 4096, 0, 2, 16),
        guest -> new int[] {guest.memfd(4096)},
        "inflight was not negotiated");
    fields.refused("RESET_DEVICE", request(34), "reset-device was not negotiated");
    fields.refused("VRING_KICK", state(35, 0, 0), "inband was not negotiated");
    fields.refused("GET_MAX_MEM_SLOTS", request(36), "mem-slots was not negotiated");
    fields.refused(
        "ADD_MEM_REG",
        VhostHostileBytes.region(37, 0, 4096, 0, 0),
        guest -> new int[] {guest.memfd(4096)},
        "mem-slots was not negotiated");
    fields.refused("REM_MEM_REG", VhostHostileBytes.region(38, 0, 4096, 0, 0), "mem-slots was");
    fields.refused("SET_STATUS", u64(39, 0), "status was not negotiated");
    fields.refused("GET_STATUS", request(40), "status was not negotiated");
    return fields.cases;
  }

  private void refused(String name, byte[] message, String words) {
    refused(name, message, NONE, words);
  }

  /** Requests with an answer of their own get none when they are refused. */
  private void refused(String name, byte[] message, Descriptors fds, String words) {
    List<VhostHostileCase> both = VhostHostileCase.refused(name, stage, message, fds, words);
    cases.addAll(name.startsWith("GET_") ? both.subList(0, 1) : both);
  }

  private void indices() {
    for (int index : new int[] {2, 255, 256, Integer.MIN_VALUE, -1}) {
      String unsigned = Integer.toUnsignedString(index);
      for (int number : new int[] {8, 10, 11, 18}) {
        byte[] bytes = state(number, index, 1);
        refused(NAMES[number] + " of vring " + unsigned, bytes, "there is no vring " + unsigned);
      }
      refused(
          "SET_VRING_ADDR of vring " + unsigned,
          address(index, 0, USER, USER, USER),
          "SET_VRING_ADDR: there is no vring " + unsigned);
    }
    for (int index : new int[] {2, 128, 255}) {
      for (int number : new int[] {12, 13, 14}) {
        String words = NAMES[number] + ": there is no vring " + index;
        refused(NAMES[number] + " of vring " + index, u64(number, index | 0x100), words);
        refused(
            NAMES[number] + " of vring " + index + " with a descriptor",
            u64(number, index),
            guest -> new int[] {guest.kicks[0]},
            words);
      }
    }
  }

  private void numbers() {
    for (int num : new int[] {0, 3, 17, 255, 32769, 65535, 65536, Integer.MIN_VALUE, -1}) {
      refused("a ring of " + Integer.toUnsignedString(num), state(8, 0, num), "no power of two");
    }
    for (int base : new int[] {65536, Integer.MIN_VALUE, -1}) {
      refused("base " + Integer.toUnsignedString(base), state(10, 1, base), "is no index");
    }
    for (int value : new int[] {2, 256, -1}) {
      refused("enabled " + value, state(18, 1, value), "is neither 0 nor 1");
    }
    refused("a ring that is logged", address(0, 1, USER, USER, USER), "nothing is logged");
    refused("a ring with all flags", address(1, -1, USER, USER, USER), "nothing is logged");
    for (int number : new int[] {12, 13, 14}) {
      String name = NAMES[number];
      cases.add(
          VhostHostileCase.closed(
              name + " without the descriptor",
              stage,
              front -> front.say(u64(number, 0)),
              name + ": no descriptor came"));
      cases.add(
          VhostHostileCase.closed(
              name + " with the descriptor that it denies",
              stage,
              front -> front.say(u64(number, 0x100), front.guest.kicks[0]),
              name + ": a descriptor came though bit 8 says that none does"));
    }
  }

  private void features() {
    for (int bit : new int[] {1, 5, 24, 26, 28, 31, 33, 34, 35, 40, 62, 63}) {
      String words = "bits 0x" + Long.toHexString(1L << bit) + " were not offered";
      refused(
          "feature " + bit,
          u64(2, VhostHostileFront.FEATURES | 1L << bit),
          "SET_FEATURES: " + words);
    }
    for (int bit : new int[] {1, 2, 4, 6, 7, 8, 10, 11, 17, 18, 19, 20, 31, 63}) {
      String words = "bits 0x" + Long.toHexString(1L << bit) + " were not offered";
      refused(
          "protocol feature " + bit,
          u64(16, VhostHostileFront.PROTOCOL | 1L << bit),
          "SET_PROTOCOL_FEATURES: " + words);
    }
  }

  private void configuration() {
    for (long status : new long[] {256, 1L << 32, Long.MIN_VALUE, -1}) {
      refused("status " + status, u64(39, status), "is no status");
    }
    refused(
        "GET_CONFIG of more than comes",
        VhostHostileBytes.config(24, 0, 8, 4),
        "says 8 bytes, 4 came");
    refused(
        "GET_CONFIG of 2^32 - 1 bytes",
        VhostHostileBytes.config(24, 0, -1, 4),
        "says 4294967295 bytes, 4 came");
    refused("GET_CONFIG beyond the space", VhostHostileBytes.config(24, 253, 4, 4), "of 256");
    refused("GET_CONFIG at 2^31", VhostHostileBytes.config(24, Integer.MIN_VALUE, 4, 4), "of 256");
    for (int queues : new int[] {0, 3, 65535}) {
      inflight("for " + queues + " queues", 1 << 20, 0, queues, 16, queues + " queues, there");
    }
    for (int num : new int[] {0, 32769, 65535}) {
      inflight("for queues of " + num, 1 << 20, 0, 2, num, "queues of " + num);
    }
    inflight("that is too small", 100, 0, 2, 16, "100 bytes given, 640 needed");
    inflight("of 2^64 - 1 bytes", -1, 0, 2, 16, "18446744073709551615 bytes given");
    inflight("behind its file", 4096, 8192, 2, 16, "are not in the file of 4096 bytes");
    inflight("at 2^63", 4096, Long.MIN_VALUE, 2, 16, "are not in the file");
    inflight("whose end wraps", 4096, Long.MAX_VALUE - 7, 2, 16, "are not in the file");
    inflight("that is misaligned", 4096, 1, 2, 16, "not aligned to 8");
    refused(
        "GET_INFLIGHT_FD for 3 queues",
        VhostHostileBytes.inflight(31, 0, 0, 3, 16),
        "3 queues, there are 2");
    refused(
        "GET_INFLIGHT_FD for queues of 65535",
        VhostHostileBytes.inflight(31, 0, 0, 2, 65535),
        "queues of 65535");
  }

  private void inflight(String name, long size, long offset, int queues, int num, String words) {
    refused(
        "an in-flight area " + name,
        VhostHostileBytes.inflight(32, size, offset, queues, num),
        guest -> new int[] {guest.memfd(4096)},
        words);
  }

  private void places(int queue) {
    long good = USER + 0x1000;
    long end = USER + SIZE;
    place(queue, "a descriptor table before the region", USER - 16, good, good, "descriptor table");
    place(queue, "a descriptor table behind the region", end, good, good, "descriptor table");
    place(queue, "a descriptor table over the end", end - 240, good, good, "table of 256 bytes");
    place(queue, "a descriptor table at 0", 0, good, good, "descriptor table");
    place(queue, "a descriptor table at 2^63", Long.MIN_VALUE, good, good, "descriptor table");
    place(queue, "a descriptor table that wraps", -16, good, good, "descriptor table");
    place(queue, "a descriptor table that is misaligned", good + 2, good, good, "expected aligned");
    place(
        queue,
        "guest addresses",
        VhostHostileGuest.GUEST,
        VhostHostileGuest.GUEST,
        VhostHostileGuest.GUEST,
        "descriptor table");
    place(queue, "a used ring over the end", good, end - 128, good, "used ring of 132 bytes");
    place(queue, "a used ring that wraps", good, -4, good, "the used ring");
    place(queue, "a used ring that is misaligned", good, good + 2, good, "used ring: expected al");
    place(queue, "an avail ring over the end", good, good, end - 34, "avail ring of 36 bytes");
    place(queue, "an avail ring that wraps", good, good, -2, "the avail ring");
    place(queue, "an avail ring that is misaligned", good, good, good + 1, "avail ring: expected");
    refused(
        "vring " + queue + " too long for its memory",
        state(8, queue, 32768),
        "the descriptor table of 524288 bytes");
  }

  private void place(int queue, String name, long desc, long used, long avail, String words) {
    refused("vring " + queue + " with " + name, address(queue, 0, desc, used, avail), NONE, words);
  }
}
