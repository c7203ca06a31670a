// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import rpmsg.core.RpmsgMessage;

/**
 * Messages to one address that nobody is bound at, kept in order as private copies. All but the
 * size is for the receive thread only.
 */
final class Mailbox {
  private final Deque<RpmsgMessage> kept = new ArrayDeque<>();
  private volatile int address;
  private volatile int limit;
  private volatile int size;

  void keepFor(int address, int limit) {
    // In this order: without a limit the address does not count
    this.address = address;
    this.limit = limit;
  }

  /** Whether messages to this address are kept at all. */
  boolean keepsFor(int dst) {
    return dst == address && limit > 0;
  }

  int address() {
    return address;
  }

  /** False when the limit is reached. */
  boolean keep(RpmsgMessage message) {
    if (isFull()) {
      return false;
    }
    kept.add(RpmsgMessage.of(message.src(), message.dst(), message.toByteArray()));
    size = kept.size();
    return true;
  }

  RpmsgMessage first() {
    return kept.getFirst();
  }

  void removeFirst() {
    kept.removeFirst();
    size = kept.size();
  }

  boolean isEmpty() {
    return kept.isEmpty();
  }

  boolean isFull() {
    return kept.size() >= limit;
  }

  int size() {
    return size;
  }
}
