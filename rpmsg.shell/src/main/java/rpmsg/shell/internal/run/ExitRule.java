// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.time.Duration;
import rpmsg.shell.internal.options.RunOptions;

/**
 * When a run without a shell ends, and how. Times are those of {@link System#nanoTime()}.
 *
 * <p>It ends when its pings are done and no message has come for {@code linger} after the first. A
 * run with echoes waits for a first message; one with neither echoes nor pings counts from when the
 * link came up; one whose pings are done without any message, from that moment.
 */
final class ExitRule {
  private final Duration timeout;
  private final long lingerNanos;
  private final boolean pings;
  private final boolean echoes;
  private final long start;

  private boolean cameUp;
  private long received;
  private boolean quiet;
  private long quietSince;
  private boolean pingsDone;

  ExitRule(Duration timeout, Duration linger, boolean pings, boolean echoes, long start) {
    this.timeout = timeout;
    this.lingerNanos = linger.toNanos();
    this.pings = pings;
    this.echoes = echoes;
    this.start = start;
  }

  static ExitRule of(RunSettings run) {
    RunOptions options = run.options();
    return new ExitRule(
        options.timeout(),
        options.linger(),
        !options.pings().isEmpty(),
        !options.echoes().isEmpty(),
        run.started());
  }

  /** Takes what is seen now; returns how to end, or null to go on. */
  Exit next(long now, Observation seen) {
    if (seen.misconfigured()) {
      return Exit.badInput(seen.reason());
    }
    notice(now, seen);
    if (cameUp && pingsDone && quiet && now - quietSince >= lingerNanos) {
      return outcome(seen);
    }
    return now - start >= timeout.toNanos() ? late(seen) : null;
  }

  private void notice(long now, Observation seen) {
    boolean first = !cameUp && (seen.up() || seen.received() > 0);
    cameUp |= first;
    if (seen.received() != received) {
      received = seen.received();
      quietFrom(now);
    } else if (first && !pings && !echoes) {
      quietFrom(now);
    }
    if (!pingsDone && !seen.pending()) {
      pingsDone = true;
      if (pings && !quiet) {
        quietFrom(now);
      }
    }
  }

  private void quietFrom(long now) {
    quiet = true;
    quietSince = now;
  }

  private static Exit outcome(Observation seen) {
    return seen.complaint() == null ? Exit.RIGHT : Exit.failed(seen.complaint());
  }

  private Exit late(Observation seen) {
    if (!cameUp) {
      return linkDown(seen.reason());
    }
    return outcome(seen);
  }

  private Exit linkDown(String reason) {
    String why = reason.isEmpty() ? "no peer within " + seconds() : reason;
    String text = "link did not come up: " + why;
    return why.contains(" does not exist") ? Exit.badInput(text) : Exit.failed(text);
  }

  private String seconds() {
    return timeout.toMillis() / 1000.0 + " s";
  }
}
