// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

/** A thread that reads frames from a socket and hands them over. */
final class FrameReader implements AutoCloseable {
  private static final int CAPACITY = 64 * 1024;

  /** Takes a frame in place: its header is at {@code at}. */
  interface Taker {
    void take(Frames frames, int at, int length) throws Exception;
  }

  private final SocketChannel socket;
  private final Frames frames = new Frames(CAPACITY);
  private final Thread thread;
  private volatile Taker taker;

  FrameReader(SocketChannel socket) {
    this.socket = socket;
    thread = Thread.ofPlatform().daemon().name("bench-receive").start(this::run);
  }

  /** From now on; null when nothing more is expected. */
  void handTo(Taker taker) {
    this.taker = taker;
  }

  private void run() {
    try {
      int filled = 0;
      for (int count; (count = frames.read(socket, filled)) >= 0; ) {
        filled = handOver(filled + count);
      }
    } catch (ClosedChannelException closed) {
      return;
    } catch (IOException reset) {
      return;
    } catch (Exception failed) {
      throw new IllegalStateException("receiving failed", failed);
    }
  }

  /** Returns how many bytes are left over. */
  private int handOver(int filled) throws Exception {
    int at = 0;
    while (filled - at >= Frames.HEADER) {
      int length = frames.length(at);
      if (filled - at < Frames.HEADER + length) {
        break;
      }
      taker.take(frames, at, length);
      at += Frames.HEADER + length;
    }
    frames.keep(at, filled);
    return filled - at;
  }

  @Override
  public void close() {
    Patience.join(thread);
  }
}
