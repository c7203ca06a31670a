// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.concurrent.atomic.LongAdder;
import rpmsg.chardev.EndpointDevice.Counters;

/** What became of a device's messages. */
final class Tally {
  final LongAdder received = new LongAdder();
  final LongAdder sent = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder unread = new LongAdder();

  Counters counters() {
    return new Counters(received.sum(), sent.sum(), dropped.sum(), unread.sum());
  }
}
