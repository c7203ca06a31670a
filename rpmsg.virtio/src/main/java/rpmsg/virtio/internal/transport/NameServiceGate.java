// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.time.Duration;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameService;

/**
 * Attaches the name service to the links of one transport. An attempt runs on a thread of its own,
 * so that one that hangs holds up nothing else; {@link #step} on the receive thread drives it and
 * ends it at its bound. A failed attempt is not repeated until the name service changes.
 */
final class NameServiceGate {
  private final String name;
  private final Duration bound;
  private final Runnable wake;
  private final Logger log;
  private NameService service;
  private AddressSpace space;
  private Attempt attempt;
  private String failure = "";
  private volatile boolean attached;
  private volatile boolean present;

  NameServiceGate(String name, Duration bound, Runnable wake, Logger log) {
    this.name = name;
    this.bound = bound;
    this.wake = wake;
    this.log = log;
  }

  /** One attempt, and the binding that it led to. */
  private final class Attempt implements Runnable {
    final NameService with;
    final AddressSpace to;
    final long deadline = System.nanoTime() + bound.toNanos();
    final Thread thread = Thread.ofVirtual().name("rpmsg-" + name + "-attach").unstarted(this);
    NameService.Binding binding;

    Attempt(NameService with, AddressSpace to) {
      this.with = with;
      this.to = to;
    }

    @Override
    public void run() {
      NameService.Binding result = null;
      String reason = "";
      try {
        result = with.attach(to, bound);
        if (!to.bound(RpmsgAddress.NAME_SERVICE)) {
          reason = "the name service said that it is attached, but nothing is bound at 53";
        }
      } catch (RpmsgException | RuntimeException | LinkageError refused) {
        reason = "the name service did not attach: " + refused.getMessage();
      }
      finished(this, result, reason);
    }
  }

  /** The name service that is there from now on, or null. */
  void service(NameService next) {
    detach(() -> service = null);
    synchronized (this) {
      service = next;
      present = next != null;
      failure = "";
    }
    wake.run();
  }

  /** The link that is laid out from now on, or null. */
  void space(AddressSpace next) {
    detach(() -> space = null);
    synchronized (this) {
      space = next;
      failure = "";
    }
  }

  /**
   * Starts or ends an attempt where one is due.
   *
   * @param needed false on a link without announcements: there the name service only has to exist
   * @return whether the link may be used
   */
  boolean step(boolean needed) {
    if (needed && !attached) {
      drive();
    }
    return usable(needed);
  }

  /** What {@link #step} returns, without doing anything. */
  boolean usable(boolean needed) {
    return needed ? attached : present;
  }

  private void drive() {
    Attempt late;
    synchronized (this) {
      if (attempt == null) {
        if (service != null && space != null && failure.isEmpty()) {
          attempt = new Attempt(service, space);
          attempt.thread.start();
        }
        return;
      }
      if (attached || System.nanoTime() - attempt.deadline < 0) {
        return;
      }
      late = attempt;
      attempt = null;
      failure = "the name service did not attach within " + bound.toMillis() + " ms";
    }
    late.thread.interrupt();
    log.error("{}: not ready: {}", name, failure);
  }

  /** Why the name service is not attached. */
  synchronized String reason() {
    if (!failure.isEmpty()) {
      return failure;
    }
    return service == null ? "waiting for the name service" : "attaching the name service";
  }

  private void finished(Attempt ended, NameService.Binding binding, String reason) {
    boolean current;
    synchronized (this) {
      current = attempt == ended;
      ended.binding = binding;
      if (current && reason.isEmpty()) {
        attached = true;
      } else if (current) {
        attempt = null;
        failure = reason;
      }
    }
    if (current && !reason.isEmpty()) {
      log.error("{}: not ready: {}", name, reason);
    }
    if (!(current && reason.isEmpty())) {
      close(binding);
    }
    wake.run();
  }

  private void close(NameService.Binding binding) {
    try {
      if (binding != null) {
        binding.close();
      }
    } catch (RuntimeException | LinkageError failed) {
      log.warn("{}: the name service did not detach: {}", name, failed.toString());
    }
  }

  /**
   * @param withdraw takes away what an attempt needs, so that none starts while the last one ends
   */
  private void detach(Runnable withdraw) {
    Attempt ended;
    boolean bound;
    synchronized (this) {
      withdraw.run();
      ended = attempt;
      attempt = null;
      bound = attached;
      attached = false;
    }
    if (ended == null) {
      return;
    }
    if (bound) {
      close(ended.binding);
    } else {
      ended.thread.interrupt();
      awaitEnd(ended.thread);
    }
  }

  private void awaitEnd(Thread thread) {
    try {
      if (!thread.join(Duration.ofSeconds(1))) {
        log.warn("{}: an attempt to attach the name service does not end", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
