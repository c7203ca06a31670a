// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.osgi.framework.BundleException;
import rpmsg.core.DriverBundle;
import rpmsg.core.DriverBundle.Attempt;
import rpmsg.core.internal.Log;
import rpmsg.core.internal.autoload.Candidate.Block;

/**
 * Starts installed bundles whose aliases are wanted, without OSGi. A want is looked up where it
 * arises and forgotten; what it leads to is at most one waiting start of each bundle. Starts run
 * one after the other on a thread of their own.
 */
final class Autoload implements Consumer<Wanted> {
  private static final long NONE = -1;

  private record Start(Candidate candidate, Wanted wanted) {}

  private final Supplier<List<Wanted>> lacking;
  private final Log log;
  private final Worker worker = new Worker("rpmsg-autoload", this::work);
  private final Map<Long, Candidate> candidates = new TreeMap<>();
  private final Queue<Start> queue = new ArrayDeque<>();
  private volatile AliasIndex index = new AliasIndex(List.of());
  private volatile Policy policy;
  private volatile boolean closed;
  private boolean lookAgain;
  private long starting = NONE;
  private boolean startedIt;

  /**
   * @param lacking what is wanted now, to be looked at again when bundles or the policy change
   */
  Autoload(Supplier<List<Wanted>> lacking, Policy policy, Log log) {
    this.lacking = lacking;
    this.policy = policy;
    this.log = log;
  }

  // What is wanted

  /** Something is wanted. Does not block; any thread. */
  @Override
  public void accept(Wanted wanted) {
    Policy now = policy;
    if (now.enabled()) {
      index.find(wanted.alias()).forEach(candidate -> consider(candidate, wanted, now));
    }
  }

  private void consider(Candidate candidate, Wanted wanted, Policy now) {
    if (!candidate.bundle.isStartable() || isRefused(candidate, wanted, now)) {
      return;
    }
    synchronized (this) {
      if (!mayStart(candidate) || candidate.queued) {
        return;
      }
      candidate.queued = true;
      queue.add(new Start(candidate, wanted));
    }
    worker.wake();
  }

  private boolean isRefused(Candidate candidate, Wanted wanted, Policy now) {
    if (now.allows(candidate.bundle.symbolicName())) {
      return false;
    }
    synchronized (this) {
      if (candidate.refusalSaid) {
        return true;
      }
      candidate.refusalSaid = true;
    }
    log.info("autoload: " + candidate + " is wanted by " + wanted + " and not allowed");
    return true;
  }

  private boolean mayStart(Candidate candidate) {
    return !closed
        && candidate.block == Block.NONE
        && candidates.get(candidate.bundle.id()) == candidate;
  }

  // Starting

  private void work() {
    while (!closed) {
      if (takeLook()) {
        lacking.get().forEach(this);
      }
      Start start = next();
      if (start == null) {
        return;
      }
      run(start);
    }
  }

  private synchronized boolean takeLook() {
    boolean taken = lookAgain;
    lookAgain = false;
    return taken;
  }

  /** The next start that is still right to do. */
  private synchronized Start next() {
    for (Start start = queue.poll(); start != null; start = queue.poll()) {
      Candidate candidate = start.candidate;
      candidate.queued = false;
      Policy now = policy;
      if (mayStart(candidate) && now.enabled() && now.allows(candidate.bundle.symbolicName())) {
        starting = candidate.bundle.id();
        return start;
      }
    }
    return null;
  }

  private void run(Start start) {
    InstalledBundle bundle = start.candidate.bundle;
    try {
      if (!bundle.isStartable()) {
        return;
      }
      bundle.start();
      if (isOurStart()) {
        ended(start, Block.NONE, null);
      }
    } catch (BundleException refused) {
      failed(start, refused);
    } catch (Throwable failed) {
      ended(start, Block.FAILED, failed);
    } finally {
      synchronized (this) {
        starting = NONE;
        startedIt = false;
      }
    }
  }

  /** False when it ran already, because somebody else was faster. */
  private synchronized boolean isOurStart() {
    return startedIt;
  }

  private void failed(Start start, BundleException refused) {
    switch (refused.getType()) {
      case BundleException.RESOLVE_ERROR -> ended(start, Block.UNRESOLVED, refused);
      case BundleException.START_TRANSIENT_ERROR -> {
        // Its start level was lowered in between; it is looked at again when that changes
      }
      default -> {
        Throwable cause = refused.getCause();
        ended(start, Block.FAILED, cause == null ? refused : cause);
      }
    }
  }

  private void ended(Start start, Block block, Throwable failure) {
    Candidate candidate = start.candidate;
    Wanted wanted = start.wanted;
    String reason = failure == null ? null : failure.toString();
    boolean news;
    synchronized (this) {
      if (closed || candidate.block != Block.NONE) {
        return;
      }
      news =
          candidate.ended(new Attempt(wanted.alias(), wanted.by(), Instant.now(), reason), block);
    }
    if (failure == null) {
      log.info("autoload: started " + candidate + " for " + wanted);
    } else if (news) {
      log.warn("autoload: " + candidate + ", wanted by " + wanted + ", did not start", failure);
    }
  }

  // What changes

  /** A bundle that was there when this began. */
  synchronized void found(InstalledBundle bundle) {
    if (!candidates.containsKey(bundle.id())) {
      put(bundle);
    }
  }

  /** A bundle was installed or updated: it begins anew, and others may resolve now. */
  void changed(InstalledBundle bundle) {
    synchronized (this) {
      put(bundle);
      candidates.values().forEach(candidate -> unblock(candidate, Block.UNRESOLVED));
    }
    lookAgain();
  }

  private void put(InstalledBundle bundle) {
    if (bundle.aliases().isEmpty()) {
      candidates.remove(bundle.id());
    } else {
      candidates.put(bundle.id(), new Candidate(bundle));
    }
    index = new AliasIndex(candidates.values());
  }

  synchronized void uninstalled(long id) {
    if (candidates.remove(id) != null) {
      index = new AliasIndex(candidates.values());
    }
  }

  /** Somebody resolved a bundle. */
  void resolved(long id) {
    Candidate candidate;
    synchronized (this) {
      candidate = candidates.get(id);
      if (candidate == null || !unblock(candidate, Block.UNRESOLVED)) {
        return;
      }
    }
    lookAgain();
  }

  private static boolean unblock(Candidate candidate, Block from) {
    boolean was = candidate.block == from;
    if (was) {
      candidate.block = Block.NONE;
    }
    return was;
  }

  /** Somebody stops a bundle, unless it is our own start of it that fails. */
  synchronized void stopping(long id) {
    Candidate candidate = candidates.get(id);
    if (candidate != null && !isOurs(id)) {
      candidate.block = Block.STOPPED;
      candidate.attempt = null;
    }
  }

  /** A bundle was started; it may have been stopped again before we hear of it. */
  synchronized void started(long id) {
    Candidate candidate = candidates.get(id);
    if (isOurs(id)) {
      startedIt = true;
    } else if (candidate != null && candidate.bundle.isActive()) {
      candidate.block = Block.NONE;
      candidate.attempt = null;
    }
  }

  private boolean isOurs(long id) {
    return starting == id && worker.isCurrent();
  }

  void policy(Policy next) {
    synchronized (this) {
      policy = next;
      candidates.values().forEach(candidate -> candidate.refusalSaid = false);
    }
    lookAgain();
  }

  /** Bundles, start levels or the policy changed: what is wanted may be there now. */
  void lookAgain() {
    List<Candidate> all;
    synchronized (this) {
      all = List.copyOf(candidates.values());
    }
    if (policy.enabled() && all.stream().anyMatch(this::isWaiting)) {
      synchronized (this) {
        lookAgain = true;
      }
      worker.wake();
    }
  }

  private boolean isWaiting(Candidate candidate) {
    synchronized (this) {
      if (!mayStart(candidate)) {
        return false;
      }
    }
    return candidate.bundle.isStartable();
  }

  synchronized List<DriverBundle> bundles() {
    Policy now = policy;
    return candidates.values().stream().map(candidate -> candidate.describe(now)).toList();
  }

  /** Starts that wait: at most one of each bundle. */
  synchronized int waiting() {
    return queue.size();
  }

  void close() {
    closed = true;
    if (!worker.close()) {
      log.warn("autoload: a bundle that is being started does not end", null);
    }
  }
}
