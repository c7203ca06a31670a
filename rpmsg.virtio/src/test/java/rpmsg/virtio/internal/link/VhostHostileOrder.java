// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.VhostHostileBytes.needingReply;
import static rpmsg.virtio.internal.link.VhostHostileBytes.request;
import static rpmsg.virtio.internal.link.VhostHostileBytes.state;
import static rpmsg.virtio.internal.link.VhostHostileBytes.table;
import static rpmsg.virtio.internal.link.VhostHostileBytes.u64;

import java.util.ArrayList;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileCase.Deed;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Right messages at the wrong time, or again. */
final class VhostHostileOrder {

  private final List<VhostHostileCase> cases = new ArrayList<>();

  private VhostHostileOrder() {}

  static List<VhostHostileCase> all() {
    VhostHostileOrder order = new VhostHostileOrder();
    order.tooEarly();
    order.again();
    order.whileRunning();
    order.rings();
    return order.cases;
  }

  private void harmless(Stage stage, String name, Deed deed) {
    cases.add(VhostHostileCase.harmless(name, stage, deed));
  }

  private void closed(Stage stage, String name, String words, Deed deed) {
    cases.add(VhostHostileCase.closed(name, stage, deed, words));
  }

  private void tooEarly() {
    harmless(Stage.RAW, "features before SET_OWNER", f -> f.ask(request(15)));
    harmless(Stage.RAW, "SET_FEATURES first", f -> f.say(u64(2, VhostHostileFront.FEATURES)));
    harmless(Stage.RAW, "RESET_OWNER first", f -> f.say(request(4)));
    harmless(Stage.RAW, "SET_VRING_NUM first", f -> f.say(state(8, 0, 16)));
    harmless(Stage.RAW, "SET_VRING_ADDR first", f -> f.say(VhostHostileGuest.address(0)));
    harmless(Stage.RAW, "SET_VRING_ENABLE first", f -> f.say(state(18, 0, 1)));
    harmless(
        Stage.RAW, "GET_VRING_BASE first", f -> assertEquals(8, f.ask(state(11, 0, 0)).length));
    harmless(
        Stage.RAW,
        "a kick first",
        f -> {
          f.say(u64(12, 0), f.guest.kicks[0]);
          f.kick(0, false);
        });
    harmless(Stage.RAW, "memory first", f -> f.say(VhostHostileFront.wholeMemory(), f.guest.memfd));
    harmless(
        Stage.RAW,
        "a reply that was not negotiated",
        f -> {
          f.say(needingReply(request(3)));
          assertNull(f.reply());
        });
    closed(
        Stage.RAW,
        "a back-channel first",
        "backend-req was not negotiated",
        f -> f.say(request(21), f.guest.kicks[0]));
    harmless(
        Stage.HELLO,
        "rings without memory",
        f -> {
          f.rings(false);
          f.kick(0, false);
          assertFalse(f.device.inUse());
        });
    harmless(
        Stage.MEMORY,
        "enabled rings that were not set up",
        f -> {
          f.command(state(18, 0, 1));
          f.command(state(18, 1, 1));
          assertFalse(f.device.inUse());
        });
    harmless(
        Stage.MEMORY,
        "only one ring",
        f -> {
          f.ring(0, false);
          f.command(state(18, 0, 1));
          f.kick(0, false);
          assertFalse(f.device.inUse());
        });
    closed(
        Stage.HELLO,
        "memory that lacks the rings comes last",
        "the descriptor table of 256 bytes at user address 0x7f5500001000 is not wholly inside",
        f -> {
          f.rings(false);
          f.say(table(1, 0, 4096, 0, 0), f.guest.memfd);
        });
  }

  /** Everything twice: what a session does not survive, the front-end can set up again. */
  private void again() {
    for (Stage stage : new Stage[] {Stage.UP, Stage.RUNNING}) {
      harmless(stage, "SET_OWNER again", f -> f.command(request(3)));
      harmless(
          stage, "the same features again", f -> f.command(u64(2, VhostHostileFront.FEATURES)));
      harmless(stage, "other features", f -> f.command(u64(2, 1L << 30)));
      harmless(stage, "no features at all", f -> f.command(u64(2, 0)));
      harmless(stage, "other protocol features", f -> f.command(u64(16, VhostHostileFront.INBAND)));
      harmless(stage, "no protocol features any more", f -> f.say(u64(16, 0)));
      harmless(stage, "RESET_OWNER", f -> f.command(request(4)));
      harmless(stage, "enabled again", f -> f.command(state(18, 0, 1)));
      harmless(stage, "the base again", f -> f.command(state(10, 1, 0)));
      harmless(stage, "another base", f -> f.command(state(10, 1, 77)));
      harmless(stage, "another size", f -> f.command(state(8, 0, 8)));
      harmless(stage, "no kick descriptor", f -> f.command(u64(12, 0x100)));
      harmless(stage, "no call descriptor", f -> f.command(u64(13, 0x101)));
      harmless(stage, "status 0", f -> f.command(u64(39, 0)));
      harmless(stage, "status 255", f -> f.command(u64(39, 255)));
      harmless(
          stage,
          "RESET_DEVICE, twice",
          f -> {
            f.command(request(34));
            f.command(request(34));
          });
      harmless(
          stage,
          "stopped, twice",
          f -> {
            f.ask(state(11, 0, 0));
            f.ask(state(11, 0, 0));
            assertFalse(f.device.inUse());
          });
      harmless(
          stage,
          "disabled, twice",
          f -> {
            f.command(state(18, 1, 0));
            f.command(state(18, 1, 0));
            assertFalse(f.device.inUse());
          });
      harmless(
          stage,
          "a back-channel again",
          f -> {
            int[] pair = VhostHostileCalls.pair();
            f.guest.own(pair[0]);
            f.command(request(21), f.guest.own(pair[1]));
          });
      closed(
          stage,
          "the connection as its own back-channel, then nonsense",
          "front-end request 0: not known",
          f -> {
            f.command(request(21), f.socket);
            f.say(request(0));
          });
    }
  }

  private void whileRunning() {
    harmless(
        Stage.RUNNING,
        "set up a hundred times",
        f -> {
          for (int i = 0; i < 100; i++) {
            f.command(state(18, 0, 0));
            f.guest.layOut();
            f.ring(0, false);
            f.ring(1, false);
            f.command(state(18, 0, 1));
            f.kick(0, false);
            assertTrue(f.device.inUse());
          }
          f.expectAnnouncement();
          f.expectEcho();
        });
    harmless(
        Stage.RUNNING,
        "SET_CONFIG, which is denied",
        f -> assertEquals(1, f.askU64(needingReply(VhostHostileBytes.config(25, 0, 4, 4)))));
    harmless(
        Stage.RUNNING,
        "GET_CONFIG of what is not there, which is denied",
        f -> assertEquals(0, f.ask(VhostHostileBytes.config(24, 6, 4, 4)).length));
    harmless(
        Stage.RUNNING,
        "call descriptors that nobody reads",
        f -> {
          int[] pipe = VhostHostileCalls.pipe();
          f.guest.own(pipe[0]);
          f.command(u64(13, 0), f.guest.own(pipe[1]));
          f.command(u64(13, 1), pipe[1]);
          f.guest.nextUsed(0);
          f.guest.post(0, 0);
          for (int i = 0; i < 100; i++) {
            f.expectEcho();
          }
        });
    harmless(
        Stage.RUNNING,
        "a call pipe without a reader",
        f -> {
          int[] pipe = VhostHostileCalls.pipe();
          VhostHostileCalls.close(pipe[0]);
          f.command(u64(13, 1), f.guest.own(pipe[1]));
          f.guest.nextUsed(0);
          f.expectEcho();
        });
    harmless(
        Stage.RUNNING,
        "a kick pipe without a writer",
        f -> {
          int[] pipe = VhostHostileCalls.pipe();
          VhostHostileCalls.close(pipe[1]);
          f.command(u64(12, 1), f.guest.own(pipe[0]));
        });
    harmless(
        Stage.RUNNING,
        "a kick descriptor that cannot be read",
        f -> {
          int[] pipe = VhostHostileCalls.pipe();
          f.guest.own(pipe[0]);
          f.command(u64(12, 1), f.guest.own(pipe[1]));
        });
  }

  private void rings() {
    for (int queue = 0; queue < 2; queue++) {
      int ring = queue;
      harmless(
          Stage.RUNNING,
          "avail.idx of vring " + ring + " jumps, and the rings are set up again",
          f -> {
            for (int id = 0; id < VhostHostileGuest.NUM; id++) {
              f.guest.send(id, 1, 2, new byte[3]);
            }
            f.guest.availIndex(ring, 5000);
            f.kick(1, false);
            assertEquals(1, f.device.broken.size());
            assertFalse(f.device.inUse());
            f.command(state(18, 0, 0));
            f.guest.layOut();
            f.rings(false);
            f.kick(0, false);
            f.expectAnnouncement();
          });
    }
  }
}
