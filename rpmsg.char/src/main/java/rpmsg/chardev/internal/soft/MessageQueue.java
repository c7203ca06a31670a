// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import rpmsg.chardev.internal.Port;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/**
 * What an endpoint received and nobody has read yet: private copies, so many at most; what comes
 * when it is full is dropped. One reader at a time takes from it; each is known by its {@link
 * Port.Events}, so that one that closes late takes nothing from the next.
 */
final class MessageQueue implements RpmsgListener {
  private final Queue<byte[]> messages = new ArrayDeque<>();
  private final Supplier<Settings> settings;
  private final Tally tally;
  private final Backlog backlog;
  private Port.Events reader;
  private boolean read;
  private boolean ended;
  private boolean awaited;

  MessageQueue(Supplier<Settings> settings, Tally tally, Backlog backlog) {
    this.settings = settings;
    this.tally = tally;
    this.backlog = backlog;
  }

  /** The reader of what was received from now on; before the first one, of that before, too. */
  synchronized void open(Port.Events next) {
    backlog.change(-messages.size());
    reader = next;
    read = true;
  }

  /** Throws away what this reader has not read. */
  synchronized void close(Port.Events last) {
    if (reader == last) {
      reader = null;
      tally.unread.add(messages.size());
      messages.clear();
    }
  }

  /** Nothing can be read any more, also of what is here (LX155, LX156). */
  void end() {
    Port.Events told;
    synchronized (this) {
      ended = true;
      told = reader;
      if (told == null) {
        throwAway();
      }
    }
    if (told != null) {
      told.changed();
    }
  }

  private void throwAway() {
    backlog.change(-messages.size());
    tally.unread.add(messages.size());
    messages.clear();
  }

  @Override
  public void onClosed(RpmsgEndpoint endpoint) {
    end();
  }

  @Override
  public void onMessage(RpmsgMessage message) {
    if (!refuses()) {
      Port.Events told = add(message.toByteArray());
      if (told != null) {
        told.changed();
      }
    }
  }

  /** Whether a message that comes now is not queued; then it is counted. */
  private synchronized boolean refuses() {
    if (ended || reader == null && read && !settings.get().keepWhileClosed()) {
      tally.unread.increment();
      return true;
    }
    int waiting = reader == null ? backlog.size() : messages.size();
    if (waiting >= settings.get().queue()) {
      tally.dropped.increment();
      return true;
    }
    return false;
  }

  /** Asks again, for the reader may have closed meanwhile; the reader to be told, or null. */
  private synchronized Port.Events add(byte[] message) {
    if (refuses()) {
      return null;
    }
    messages.add(message);
    tally.received.increment();
    if (reader == null) {
      backlog.change(1);
    }
    Port.Events told = awaited ? reader : null;
    awaited = false;
    return told;
  }

  /** One message, cut off where the target ends (LX152), or {@link Port#NOTHING}. */
  int take(Port.Events by, MemorySegment target) throws RpmsgException {
    byte[] message = next(by);
    if (message == null) {
      return Port.NOTHING;
    }
    int length = (int) Math.min(message.length, target.byteSize());
    MemorySegment.copy(MemorySegment.ofArray(message), 0, target, 0, length);
    return length;
  }

  private synchronized byte[] next(Port.Events by) throws RpmsgException {
    check(by);
    byte[] message = messages.poll();
    awaited |= message == null;
    return message;
  }

  /** Whether something can be read; the reader is told when that becomes so. */
  synchronized boolean readable() {
    awaited |= messages.isEmpty();
    return !messages.isEmpty();
  }

  synchronized boolean usable(Port.Events by) {
    return !ended && reader == by;
  }

  /** EPIPE when it has ended, or is another reader's. */
  void check(Port.Events by) throws RpmsgException {
    if (!usable(by)) {
      throw new RpmsgException(Errno.EPIPE, "the device is gone");
    }
  }
}
