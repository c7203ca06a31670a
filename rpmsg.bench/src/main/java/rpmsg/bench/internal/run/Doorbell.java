// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.nio.file.Path;
import java.util.Locale;

/** The doorbells of a shared file that configuration offers. One more is one more constant. */
enum Doorbell {
  /** Both sides look into the memory. */
  POLL(true, false),
  /** Who waits sleeps on a word of the memory. */
  FUTEX(false, true),
  /** A byte over a Unix domain socket wakes who waits. */
  UNIX(true, true);

  /** Whether stacks other than this one have it. */
  final boolean common;

  /** Whether a side that waits sleeps until it is rung for. */
  final boolean rings;

  Doorbell(boolean common, boolean rings) {
    this.common = common;
    this.rings = rings;
  }

  /** As in the ids of rows. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value of the configuration's key {@code doorbell} for a link over {@code file}. */
  String value(Path file) {
    return this == UNIX ? "%s:%s.bell".formatted(word(), file) : word();
  }
}
