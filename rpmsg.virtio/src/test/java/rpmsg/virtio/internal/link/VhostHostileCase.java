// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static rpmsg.virtio.internal.link.VhostHostileBytes.needingReply;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/**
 * What a hostile front-end does, and what has to come of it.
 *
 * @param stage how far it has come before
 * @param words that the reason contains; null if there is none
 */
record VhostHostileCase(String name, Stage stage, Deed deed, Outcome outcome, String words) {

  /** What it sends, and anything else that it does. */
  interface Deed {
    void on(VhostHostileFront front) throws IOException;
  }

  /** Makes the descriptors that go with a message. */
  interface Descriptors {
    int[] of(VhostHostileGuest guest) throws IOException;
  }

  static final Descriptors NONE = guest -> new int[0];

  enum Outcome {
    /** The device ends the connection, with one line. */
    CLOSED,
    /** The answer is not 0, then as above. */
    REFUSED,
    /** The front-end has gone itself, and that is the line. */
    GONE,
    /** The connection goes on. */
    HARMLESS
  }

  /** A message that is refused, with and without an acknowledgement. */
  static List<VhostHostileCase> refused(
      String name, Stage stage, byte[] message, Descriptors fds, String words) {
    List<VhostHostileCase> both = new ArrayList<>();
    both.add(
        new VhostHostileCase(
            name, stage, f -> f.say(message, fds.of(f.guest)), Outcome.CLOSED, words));
    both.add(
        new VhostHostileCase(
            name + ", to be acknowledged",
            stage,
            f -> f.say(needingReply(message), fds.of(f.guest)),
            Outcome.REFUSED,
            words));
    return both;
  }

  static VhostHostileCase closed(String name, Stage stage, Deed deed, String words) {
    return new VhostHostileCase(name, stage, deed, Outcome.CLOSED, words);
  }

  static VhostHostileCase gone(String name, Stage stage, Deed deed, String words) {
    return new VhostHostileCase(name, stage, deed, Outcome.GONE, words);
  }

  static VhostHostileCase harmless(String name, Stage stage, Deed deed) {
    return new VhostHostileCase(name, stage, deed, Outcome.HARMLESS, null);
  }

  @Override
  public String toString() {
    return stage + ": " + name;
  }
}
