// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;
import rpmsg.core.spi.NameService;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.Links;
import rpmsg.virtio.ring.VirtqueueException;

/**
 * One configured transport: its receive thread opens a link, runs it, and when it is over opens the
 * next, any number of times.
 */
public final class VirtioTransport implements TransportInfo {
  private static final long MIN_BACKOFF = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MAX_BACKOFF = TimeUnit.SECONDS.toNanos(1);
  private static final long CONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long STOP_BOUND = TimeUnit.SECONDS.toMillis(5);

  private final TransportConfig config;
  private final RpmsgBus bus;
  private final Logger log;
  private final Counters counters = new Counters();
  private final Readiness readiness;
  private final NameServiceGate gate;
  private final Thread thread;
  private volatile Standing standing = new Standing(State.CONNECTING, "starting", false);
  private volatile boolean closing;
  private volatile boolean stopping;
  private volatile Session session;
  private volatile Link link;
  // Receive thread only.
  private long backoff = MIN_BACKOFF;
  private long nextCheck = System.nanoTime();
  private String said = "";

  /** What others see of the transport, at one moment. */
  private record Standing(State state, String reason, boolean misconfigured) {}

  public VirtioTransport(
      TransportConfig config, RpmsgBus bus, ReadinessPublisher publisher, Logger log) {
    this.config = config;
    this.bus = bus;
    this.log = log;
    readiness = new Readiness(publisher);
    gate = new NameServiceGate(config.name(), config.attachTimeout(), this::wake, log);
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("rpmsg-" + config.name() + "-receive")
            .unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** The name service that is there from now on, or null; readiness goes before this returns. */
  public void nameService(NameService service) {
    readiness.allow(false);
    gate.service(service);
    if (service != null) {
      readiness.allow(true);
    }
    wake();
  }

  /**
   * Withdraws what is announced, resets the device and unmaps the memory. Waits for it, bounded;
   * not to be called on the transport's own threads.
   */
  public void close() {
    stopping = true;
    readiness.allow(false);
    Session running = session;
    if (running != null) {
      running.space().close();
    }
    closing = true;
    wake();
    if (!ended()) {
      log.error("{}: the receive thread did not end within {} ms", config.name(), STOP_BOUND);
    }
    report(State.STOPPED, "stopped");
  }

  /** Waits for the receive thread, also when interrupted: who stops us takes our classes away. */
  private boolean ended() {
    boolean interrupted = false;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_BOUND);
    try {
      for (; ; ) {
        try {
          return thread.getState() == Thread.State.NEW
              || thread.join(Duration.ofNanos(end - System.nanoTime()));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    while (!stopping) {
      long started = System.nanoTime();
      Standing over = oneLink();
      if (stopping) {
        return;
      }
      stand(over);
      if (System.nanoTime() - started > MAX_BACKOFF) {
        backoff = MIN_BACKOFF;
      }
      pauseBackoff();
    }
  }

  /** Opens a link, runs it, closes it; returns why it is over. */
  private Standing oneLink() {
    try (Link opened =
        Links.open(config.link(), config.doorbell(), config.index(), config.options())) {
      link = opened;
      step(opened.description());
      return over(sessions(opened), false);
    } catch (LinkException refused) {
      boolean wasUp = link != null && refused.kind() != LinkException.Kind.BAD_TABLE;
      return over(refused.getMessage(), !refused.transientFault() && !wasUp);
    } catch (Role.Stopped stopped) {
      return over("stopped", false);
    } catch (RuntimeException | Error failed) {
      log.error("{}: link failed", config.name(), failed);
      return over("link failed: " + failed, false);
    } finally {
      session = null;
      link = null;
    }
  }

  private static Standing over(String why, boolean misconfigured) {
    return new Standing(State.CONNECTING, why, misconfigured);
  }

  private String sessions(Link opened) throws LinkException, Role.Stopped {
    for (; ; ) {
      String over;
      try {
        over = oneSession(opened);
      } catch (LinkException bad) {
        if (bad.kind() == LinkException.Kind.BAD_PEER) {
          counters.badPeers++;
        }
        if (!opened.negotiated() || !isOfThePeer(bad.kind())) {
          throw bad;
        }
        over = bad.getMessage();
      }
      session = null;
      if (!opened.negotiated() || stopping) {
        return over;
      }
      report(State.CONNECTING, over);
    }
  }

  private static boolean isOfThePeer(LinkException.Kind kind) {
    return kind == LinkException.Kind.BAD_PEER || kind == LinkException.Kind.PEER_CLOSED;
  }

  private String oneSession(Link opened) throws LinkException, Role.Stopped {
    Role.Progress progress = progress(opened);
    progress.waiting("waiting for the peer at " + opened.description());
    while (!opened.doorbell().connected()) {
      progress.pause(CONNECT_NANOS);
    }
    Session running;
    try {
      running = session(opened);
    } catch (VirtqueueException broken) {
      return brokenRing(broken);
    }
    step(opened.memory().byteSize() / 1024 + " KiB of memory");
    session = running;
    counters.links++;
    boolean intact = false;
    try {
      String over = running.run();
      intact = true;
      said = over;
      log.info("{}: link down: {}", config.name(), over);
      return over;
    } catch (VirtqueueException broken) {
      intact = true;
      return brokenRing(broken);
    } catch (LinkException gone) {
      intact = opened.negotiated();
      said = gone.getMessage();
      if (opened.negotiated() && gone.kind() == LinkException.Kind.PEER_CLOSED) {
        log.info("{}: link down: {}", config.name(), said);
      } else {
        log.error("{}: link down: {}", config.name(), said);
      }
      throw gone;
    } finally {
      running.end(intact);
    }
  }

  private String brokenRing(VirtqueueException broken) {
    counters.brokenRings++;
    said = broken.getMessage();
    log.error("{}: link down: {}", config.name(), said);
    return said;
  }

  private Session session(Link opened) throws LinkException, Role.Stopped {
    try {
      return new Session(this, config, opened);
    } catch (InternalError fault) {
      throw opened.accessFault(fault);
    }
  }

  /** Waits before the next link, longer each time that one did not last. */
  private void pauseBackoff() {
    long end = System.nanoTime() + backoff;
    for (long left = backoff; left > 0 && !stopping; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
    backoff = Math.min(2 * backoff, MAX_BACKOFF);
  }

  Role.Progress progress(Link opened) {
    return new Role.Progress() {
      @Override
      public void step(String text) {
        VirtioTransport.this.step(text);
      }

      @Override
      public void waiting(String what) {
        report(State.CONNECTING, what);
      }

      @Override
      public void pause(long nanos) throws Role.Stopped, LinkException {
        if (stopping) {
          throw new Role.Stopped();
        }
        opened.doorbell().await(nanos);
        long now = System.nanoTime();
        if (opened.urgent() || now - nextCheck >= 0) {
          nextCheck = now + CHECK_NANOS;
          opened.check();
        }
      }
    };
  }

  private void wake() {
    Link opened = link;
    if (opened != null) {
      opened.doorbell().wake();
    }
    LockSupport.unpark(thread);
  }

  void step(String text) {
    log.info("{}: {}", config.name(), text);
  }

  /** What others see from now on; makes nothing where it is what they see already. */
  void report(State state, String why) {
    Standing before = standing;
    if (before.state() != state || before.misconfigured() || !before.reason().equals(why)) {
      stand(new Standing(state, why, false));
    }
  }

  /** A new reason is logged once, and not again if the link went down for it. */
  private void stand(Standing now) {
    String why = now.reason();
    boolean news = !why.equals(standing.reason());
    standing = now;
    if (news) {
      if (!why.isEmpty() && !why.equals(said) && !stopping) {
        log.info("{}: {}", config.name(), why);
      }
      said = "";
    }
  }

  boolean closing() {
    return closing;
  }

  RpmsgBus bus() {
    return bus;
  }

  NameServiceGate gate() {
    return gate;
  }

  Readiness readiness() {
    return readiness;
  }

  Counters tally() {
    return counters;
  }

  // TransportInfo

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public State state() {
    return standing.state();
  }

  @Override
  public String reason() {
    return standing.reason();
  }

  @Override
  public boolean misconfigured() {
    return standing.misconfigured();
  }

  @Override
  public RpmsgTransport transport() {
    Session running = session;
    return running == null ? null : running.space();
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>(counters.asMap());
    Session running = session;
    if (running != null) {
      all.putAll(running.space().counters());
    }
    return all;
  }

  @Override
  public void dump(Appendable out) throws IOException {
    Standing now = standing;
    out.append("%s: %s %s%n".formatted(name(), now.state(), now.reason()));
    out.append("  role     %s%n".formatted(config.role().toString().toLowerCase(Locale.ROOT)));
    try {
      Session running = session;
      Link opened = link;
      if (opened != null) {
        out.append("  link     %s%n".formatted(opened.description()));
        opened.dump(out);
      }
      if (running != null) {
        running.dump(out);
      }
    } catch (IllegalStateException | InternalError gone) {
      out.append("  the link went down meanwhile\n");
    }
    for (Map.Entry<String, Long> counter : counters().entrySet()) {
      out.append("  %-18s %d%n".formatted(counter.getKey(), counter.getValue()));
    }
  }
}
