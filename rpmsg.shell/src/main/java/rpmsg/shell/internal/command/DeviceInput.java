// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Arrays;
import rpmsg.chardev.EndpointChannel;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.shell.internal.Text;

/** Reads an open endpoint device and prints its messages on the thread of a command. */
final class DeviceInput {
  /** The length of a message is 16 bits wide. */
  private static final int LONGEST = 0xFFFF;

  private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST);
  private final EndpointChannel channel;

  DeviceInput(EndpointChannel channel) {
    this.channel = channel;
  }

  /**
   * Prints what comes within {@code time}, at most {@code limit} messages. An interrupt ends it;
   * the thread stays interrupted and the channel is closed.
   */
  void print(Duration time, int limit) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    for (int i = 0; i < limit; i++) {
      long left = end - System.nanoTime();
      if (left <= 0 || !read(Duration.ofNanos(left))) {
        return;
      }
      byte[] message = Arrays.copyOf(buffer.array(), buffer.position());
      System.out.println(message.length + " bytes " + Text.payload(message));
    }
  }

  /** Whether a message came. */
  private boolean read(Duration time) throws IOException {
    try {
      channel.read(buffer.clear(), time);
      return true;
    } catch (ClosedByInterruptException e) {
      return false;
    } catch (RpmsgException e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    }
  }
}
