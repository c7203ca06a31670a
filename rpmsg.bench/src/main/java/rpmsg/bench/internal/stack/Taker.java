// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import rpmsg.bench.internal.carrier.Receiver;
import rpmsg.bench.internal.carrier.Stamp;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** How messages are received, for each {@link Api}. */
interface Taker extends RpmsgListener, AutoCloseable {
  /** After the last message. */
  @Override
  default void close() {}

  static Taker of(Api api, Receiver receiver) {
    return switch (api) {
      case COPY -> new Copying(receiver);
      case VIEW -> message -> receiver.onMessage(read(message));
      case HOLD -> new Holding(receiver);
    };
  }

  private static long read(RpmsgMessage message) {
    return Stamp.read(message.payload(), 0, message.length());
  }

  /** Copies out, then reads. */
  final class Copying implements Taker {
    private final MemorySegment copy = Arena.ofAuto().allocate(1024, 64);
    private final Receiver receiver;

    Copying(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void onMessage(RpmsgMessage message) throws Exception {
      message.copyTo(copy, 0);
      receiver.onMessage(Stamp.read(copy, 0, message.length()));
    }
  }

  /** Holds each message while {@link #WINDOW} later ones come. */
  final class Holding implements Taker {
    private static final int WINDOW = 16;

    private final RpmsgMessage[] held = new RpmsgMessage[WINDOW];
    private final Receiver receiver;
    private int next;

    Holding(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void onMessage(RpmsgMessage message) throws Exception {
      message.hold();
      RpmsgMessage oldest = held[next];
      held[next] = message;
      next = (next + 1) % WINDOW;
      if (oldest != null) {
        oldest.release();
      }
      receiver.onMessage(read(message));
    }

    @Override
    public void close() {
      for (RpmsgMessage message : held) {
        if (message != null) {
          message.release();
        }
      }
    }
  }
}
