// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static rpmsg.virtio.internal.link.VhostHostileBytes.needingReply;
import static rpmsg.virtio.internal.link.VhostHostileBytes.request;
import static rpmsg.virtio.internal.link.VhostHostileBytes.state;
import static rpmsg.virtio.internal.link.VhostHostileBytes.u64;

import java.util.ArrayList;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileCase.Deed;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Messages in pieces, in masses, and never an ear for the answer. */
final class VhostHostileAmounts {

  private static final int BURST = 10_000;

  private final List<VhostHostileCase> cases = new ArrayList<>();

  private VhostHostileAmounts() {}

  static List<VhostHostileCase> all() {
    VhostHostileAmounts order = new VhostHostileAmounts();
    order.pieces();
    order.masses();
    order.inband();
    return order.cases;
  }

  private void harmless(Stage stage, String name, Deed deed) {
    cases.add(VhostHostileCase.harmless(name, stage, deed));
  }

  private void closed(Stage stage, String name, String words, Deed deed) {
    cases.add(VhostHostileCase.closed(name, stage, deed, words));
  }

  private void pieces() {
    harmless(
        Stage.UP,
        "byte by byte",
        f -> {
          byte[] bytes = needingReply(state(8, 0, 16));
          for (byte one : bytes) {
            f.say(new byte[] {one});
          }
          assertNotNull(f.reply());
        });
    harmless(
        Stage.UP,
        "the descriptor comes with the last byte",
        f -> {
          byte[] bytes = needingReply(u64(13, 0));
          f.say(java.util.Arrays.copyOf(bytes, 19));
          f.say(new byte[] {bytes[19]}, f.guest.calls[0]);
          assertNotNull(f.reply());
        });
    closed(
        Stage.UP,
        "six descriptors with each byte",
        "a header: 12 descriptors came with it",
        f -> {
          for (byte one : u64(13, 0)) {
            f.say(new byte[] {one}, new int[] {0, 0, 0, 0, 0, 0});
          }
        });
    closed(
        Stage.UP,
        "a descriptor between two messages",
        "SET_OWNER: 0 descriptors expected, 1 came",
        f -> {
          VhostHostileCalls.send(f.socket, request(1));
          f.say(request(3), f.guest.memfd);
        });
    cases.add(
        VhostHostileCase.gone(
            "gone at once", Stage.RAW, VhostHostileFront::hangUp, "closed by the peer"));
    cases.add(
        VhostHostileCase.gone(
            "gone with answers unread",
            Stage.UP,
            f -> {
              VhostHostileCalls.send(f.socket, request(1));
              VhostHostileCalls.send(f.socket, request(15));
              f.hangUp();
            },
            ""));
  }

  private void masses() {
    harmless(
        Stage.RUNNING,
        "10,000 requests as fast as they go",
        f -> {
          for (int i = 0; i < BURST; i++) {
            while (VhostHostileCalls.send(f.socket, u64(13, i % 2), f.guest.calls[i % 2]) < 1) {
              f.device.pump();
            }
          }
          f.device.pump();
          f.expectAnnouncement();
          f.guest.post(0, 0);
          VhostHostileCalls.drain(f.guest.calls[1]);
          f.expectEcho();
        });
    harmless(
        Stage.UP,
        "10,000 questions",
        f -> {
          for (int i = 0; i < BURST; i++) {
            f.ask(request(1));
          }
        });
    harmless(
        Stage.RUNNING,
        "1,000 kicks",
        f -> {
          for (int i = 0; i < 1000; i++) {
            f.kick(i % 2, false);
          }
          f.expectAnnouncement();
        });
    closed(
        Stage.RUNNING,
        "answers that are never read",
        "the peer takes no messages",
        f -> {
          while (f.device.failures.isEmpty()) {
            f.say(request(1));
          }
        });
  }

  private void inband() {
    closed(
        Stage.INBAND_RUNNING,
        "VRING_KICK of vring 2",
        "VRING_KICK: there is no vring 2",
        f -> f.say(state(35, 2, 0)));
    closed(
        Stage.INBAND_RUNNING,
        "VRING_KICK of vring 2^32 - 1",
        "VRING_KICK: there is no vring 4294967295",
        f -> f.say(state(35, -1, 0)));
    harmless(
        Stage.INBAND_RUNNING,
        "2,000 calls that nobody reads",
        f -> {
          f.guest.nextUsed(0);
          f.guest.post(0, 0);
          for (int i = 0; i < 2000; i++) {
            int id = i % VhostHostileGuest.NUM;
            f.guest.send(id, 1, 2, new byte[] {7});
            f.kick(1, true);
            assertEquals(id, f.guest.nextUsed(1));
            f.guest.post(0, f.guest.nextUsed(0));
          }
        });
    harmless(
        Stage.INBAND_RUNNING,
        "descriptors beside in-band kicks",
        f -> {
          f.command(u64(12, 0), f.guest.kicks[0]);
          f.kick(0, false);
        });
  }
}
