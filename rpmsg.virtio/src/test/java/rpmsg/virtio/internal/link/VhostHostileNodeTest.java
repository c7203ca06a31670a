// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.link.VhostHostileCase.Outcome;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;
import rpmsg.virtio.internal.transport.TestNode;

/** Some of the same through a whole transport. */
@Timeout(60)
class VhostHostileNodeTest extends VhostHostileNode {

  private static final int MESSAGES = 14;

  /** A sample of those that are refused in a session. */
  static Stream<VhostHostileCase> messages() {
    List<VhostHostileCase> all = new ArrayList<>();
    all.addAll(VhostHostileHeaders.running());
    all.addAll(VhostHostileFields.all(Stage.RUNNING));
    all.addAll(VhostHostileFields.addresses(Stage.RUNNING));
    all.addAll(VhostHostileMemory.all(Stage.RUNNING));
    all.removeIf(hostile -> hostile.outcome() != Outcome.CLOSED);
    return new Random(7).ints(MESSAGES, 0, all.size()).mapToObj(all::get);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void messagesAreNamedCountedAndTheTransportComesBack(VhostHostileCase hostile) throws Exception {
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      front.come(hostile.stage());
      node.awaitReady();
      node.log.clear();
      hostile.deed().on(front);
      TestNode.await("closed", front::ended);
      expectBadPeer(hostile.words());
    }
    expectWorking();
  }

  @Test
  void memoryThatIsCutWhileBothSidesSendEndsTheConnection() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (VhostHostileGuest guest = new VhostHostileGuest();
          VhostHostileFront front = new VhostHostileFront(socket, guest)) {
        front.come(Stage.RUNNING);
        RpmsgTransport space = node.awaitReady();
        AtomicBoolean over = new AtomicBoolean();
        Thread sender = Thread.ofPlatform().start(() -> send(space, over));
        node.log.clear();
        VhostHostileGuest.truncate(guest.memfd, 0);
        front.kick(1, false);
        TestNode.await("closed", front::ended);
        over.set(true);
        sender.join();
        expectBadPeer("the front-end has cut its memory short");
      }
      expectWorking();
    }
  }

  @Test
  void frontEndsThatWaitAreServedOneAfterTheOther() throws Exception {
    node.log.clear();
    List<VhostHostileGuest> guests = new ArrayList<>();
    List<VhostHostileFront> fronts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      guests.add(new VhostHostileGuest());
      fronts.add(new VhostHostileFront(socket, guests.get(i)));
    }
    fronts.get(1).hangUp();
    fronts.get(3).say(VhostHostileBytes.request(0));
    for (int i : new int[] {0, 2, 4}) {
      fronts.get(i).come(Stage.RUNNING);
      expectEchoes(guests.get(i), fronts.get(i));
      fronts.get(i).hangUp();
      TestNode.await("gone", () -> node.ready.isEmpty());
    }
    TestNode.await("the bad one is gone", fronts.get(3)::ended);
    fronts.get(3).hangUp();
    expectBadPeer("front-end request 0: not known");
    guests.forEach(VhostHostileGuest::close);
    expectWorking();
  }
}
