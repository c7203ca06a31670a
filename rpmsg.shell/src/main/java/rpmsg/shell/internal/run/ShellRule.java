// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.util.concurrent.TimeUnit;

/**
 * When the shell opens: the link is up, the pings are done and no more channels come; or the user
 * has waited long enough.
 */
final class ShellRule {
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final long start;
  private long received = -1;
  private long quietSince;

  ShellRule(long start) {
    this.start = start;
  }

  boolean open(long now, Observation seen) {
    if (!seen.up() || seen.pending() || seen.received() != received) {
      received = seen.received();
      quietSince = now;
    }
    return now - quietSince >= QUIET_NANOS || now - start >= PATIENCE_NANOS;
  }
}
