// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.Map;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgMessage;

/** Brings messages to their endpoints. All but what counts and limits is for the receive thread. */
final class Inbox {
  private static final int WARN_EVERY = 1000;

  private final String name;
  private final EndpointTable table;
  private final Log log;
  private final Callbacks callbacks;
  private final Mailbox mailbox = new Mailbox();
  private boolean batch;
  private volatile boolean patient;
  private long patientUntil;

  private long delivered;
  private long unknown;

  Inbox(String name, EndpointTable table, Callbacks callbacks, Log log) {
    this.name = name;
    this.table = table;
    this.callbacks = callbacks;
    this.log = log;
  }

  void beginBatch() {
    batch = true;
  }

  void endBatch() {
    batch = false;
    callbacks.enter(null);
  }

  /** False when the message has to be offered again. */
  boolean deliver(RpmsgMessage message) {
    int dst = message.dst();
    if (mailbox.keepsFor(dst) && !mailbox.isEmpty()) {
      if (!service()) {
        return false;
      }
      if (!mailbox.isEmpty()) {
        // Whoever is bound from now on gets what is kept first
        return mailbox.keep(message);
      }
    }
    return switch (offer(dst, message)) {
      case TAKEN -> true;
      case REFUSED -> false;
      case CLOSED -> nobodyAt(dst, message);
    };
  }

  /** Hands over what was kept; false when nothing may be taken from the ring yet. */
  boolean service() {
    while (!mailbox.isEmpty()) {
      switch (offer(mailbox.address(), mailbox.first())) {
        case TAKEN -> mailbox.removeFirst();
        case REFUSED -> {
          return false;
        }
        case CLOSED -> {
          return !mailbox.isFull();
        }
      }
    }
    return true;
  }

  private Endpoint.Dispatch offer(int dst, RpmsgMessage message) {
    Endpoint endpoint = table.get(dst);
    callbacks.enter(endpoint);
    if (endpoint == null) {
      return Endpoint.Dispatch.CLOSED;
    }
    Endpoint.Dispatch done = endpoint.dispatch(message);
    if (!batch) {
      callbacks.enter(null);
    }
    if (done == Endpoint.Dispatch.TAKEN) {
      delivered++;
    }
    return done;
  }

  private boolean nobodyAt(int dst, RpmsgMessage message) {
    if (mailbox.keepsFor(dst)) {
      return mailbox.keep(message);
    }
    if (patient) {
      patient = System.nanoTime() - patientUntil < 0;
      return !patient && nobodyAt(dst, message);
    }
    if (unknown++ % WARN_EVERY == 0) {
      log.warn(name + ": msg received with no recipient at " + RpmsgAddress.format(dst), null);
    }
    return true;
  }

  void bePatient(long nanos) {
    patientUntil = System.nanoTime() + nanos;
    patient = true;
  }

  /** Whether a message may be waiting for somebody to bind its address. */
  boolean isPatient() {
    return patient;
  }

  void keep(int address, int limit) {
    mailbox.keepFor(address, limit);
  }

  int kept() {
    return mailbox.size();
  }

  void countInto(Map<String, Long> counters) {
    counters.put("delivered", delivered);
    counters.put("noRecipient", unknown);
    counters.put("kept", (long) mailbox.size());
  }
}
