// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import rpmsg.core.DriverBundle;
import rpmsg.core.DriverBundle.Attempt;
import rpmsg.core.DriverBundle.Status;

/** An installed bundle and what became of it. All but {@link #bundle} under its owner's lock. */
final class Candidate {
  /** What keeps a bundle from being started. */
  enum Block {
    NONE,
    STOPPED,
    FAILED,
    UNRESOLVED
  }

  final InstalledBundle bundle;
  Block block = Block.NONE;
  Attempt attempt;
  boolean queued;
  boolean refusalSaid;
  private String lastFailure;

  Candidate(InstalledBundle bundle) {
    this.bundle = bundle;
  }

  /** Remembers how a start went; true when that is news. */
  boolean ended(Attempt result, Block then) {
    attempt = result;
    block = then;
    boolean news = result.failure() == null || !result.failure().equals(lastFailure);
    lastFailure = result.failure();
    return news;
  }

  DriverBundle describe(Policy policy) {
    return new DriverBundle(
        bundle.id(), bundle.symbolicName(), bundle.aliases(), status(policy), attempt);
  }

  private Status status(Policy policy) {
    if (bundle.isActive()) {
      return Status.ACTIVE;
    }
    return switch (block) {
      case STOPPED -> Status.STOPPED;
      case FAILED, UNRESOLVED -> Status.FAILED;
      case NONE -> unblocked(policy);
    };
  }

  private Status unblocked(Policy policy) {
    if (!policy.enabled()) {
      return Status.OFF;
    }
    return policy.allows(bundle.symbolicName()) ? Status.READY : Status.NOT_ALLOWED;
  }

  @Override
  public String toString() {
    return bundle.symbolicName() + " [" + bundle.id() + "]";
  }
}
