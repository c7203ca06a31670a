// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Memory for frames: 4 bytes of length, little-endian, then the payload. */
final class Frames {
  static final int HEADER = 4;

  private final ByteBuffer buffer;
  private final MemorySegment memory;

  Frames(int capacity) {
    buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    memory = MemorySegment.ofBuffer(buffer);
  }

  MemorySegment memory() {
    return memory;
  }

  /** Begins a frame at 0. */
  void frame(int length) {
    buffer.putInt(0, length);
  }

  int length(int at) {
    return buffer.getInt(at);
  }

  /** Writes all of a part. */
  void write(WritableByteChannel channel, int at, int bytes) throws IOException {
    buffer.limit(at + bytes).position(at);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Reads what is there behind {@code filled} bytes; returns how many, or -1 at the end. */
  int read(ReadableByteChannel channel, int filled) throws IOException {
    return channel.read(buffer.clear().position(filled));
  }

  /** Moves a rest to the beginning. */
  void keep(int from, int to) {
    buffer.limit(to).position(from);
    buffer.compact();
  }
}
