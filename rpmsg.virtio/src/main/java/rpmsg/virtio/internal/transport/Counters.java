// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counters of one transport over all its links. Each field has one writer at a time: the receive
 * thread, or whoever holds the transmit lock.
 */
final class Counters {
  // Receive thread
  long links;
  long received;
  long receiveBatches;
  long badMessages;
  long badEntries;
  long brokenRings;
  long badPeers;
  long parks;

  // Transmit lock
  long sent;
  long backPressure;
  long waits;
  long badTransmitEntries;

  // Either side of the doorbell: statistics only
  volatile long kicks;

  Map<String, Long> asMap() {
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("links", links);
    map.put("received", received);
    map.put("receiveBatches", receiveBatches);
    map.put("badMessages", badMessages);
    map.put("badEntries", badEntries);
    map.put("badTransmitEntries", badTransmitEntries);
    map.put("brokenRings", brokenRings);
    map.put("badPeers", badPeers);
    map.put("parks", parks);
    map.put("sent", sent);
    map.put("backPressure", backPressure);
    map.put("waits", waits);
    map.put("kicks", kicks);
    return map;
  }
}
