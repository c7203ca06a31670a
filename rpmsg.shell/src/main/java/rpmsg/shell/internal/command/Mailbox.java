// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.shell.internal.Text;

/** Takes messages on the receive thread and prints them on the thread of a command. */
final class Mailbox implements RpmsgListener {
  private static final int CAPACITY = 1000;

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(CAPACITY);
  private volatile long missed;

  @Override
  public void onMessage(RpmsgMessage message) {
    if (!lines.offer(line(message))) {
      missed++;
    }
  }

  /** One line about a message. */
  static String line(RpmsgMessage message) {
    return "%s -> %s %d bytes %s"
        .formatted(
            RpmsgAddress.format(message.src()),
            RpmsgAddress.format(message.dst()),
            message.length(),
            Text.payload(message.toByteArray()));
  }

  /** Prints what comes within {@code time}, at most {@code limit} messages. */
  void print(Duration time, int limit) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (int i = 0; i < limit; i++) {
      String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        break;
      }
      System.out.println(line);
    }
    if (missed > 0) {
      System.out.println(missed + " more came too fast to be shown");
    }
  }
}
