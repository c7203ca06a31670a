// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

/**
 * How long things take.
 *
 * @param rounds how often each row has its turn
 * @param warmNanos of each measurement that are not counted
 * @param nanos of each measurement that are
 * @param leastWarmUps rounds at least that warm a row up
 * @param mostWarmUps rounds at most, if it does not get steady
 */
record Timing(int rounds, long warmNanos, long nanos, int leastWarmUps, int mostWarmUps) {
  private static final int ALONE = 4;

  static Timing of(Options options) {
    int rounds = options.quick() ? 2 : 5;
    return new Timing(
        rounds,
        options.quick() ? 20_000_000 : 50_000_000,
        (long) (options.seconds() * 1e9 / rounds),
        options.quick() ? 2 : 6,
        options.quick() ? 2 : 12);
  }

  /** For rows that take no turns: longer, since many share the processors, and less often. */
  static Timing alone(Options options) {
    Timing turns = of(options);
    return new Timing(
        options.quick() ? 1 : 3,
        turns.warmNanos,
        (long) (ALONE * options.seconds() * 1e9),
        turns.leastWarmUps,
        turns.mostWarmUps);
  }

  /** One of the rounds that warm a row up. */
  Timing warmUp() {
    return new Timing(1, 0, Math.max(nanos, warmNanos), 0, 0);
  }
}
