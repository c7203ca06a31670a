// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleException;

/** A bundle that tells {@link Autoload} what the framework would tell it. */
final class FakeBundle implements InstalledBundle {
  /** What the framework does when it is started. */
  interface Activator {
    void start() throws BundleException;
  }

  final AtomicInteger starts = new AtomicInteger();
  final AtomicInteger looks = new AtomicInteger();
  private final long id;
  private final List<String> aliases;
  private volatile Activator activator = () -> {};
  private volatile boolean active;
  private volatile boolean levelReached = true;
  private volatile Autoload autoload;

  FakeBundle(long id, String... aliases) {
    this.id = id;
    this.aliases = List.of(aliases);
  }

  FakeBundle in(Autoload autoload) {
    this.autoload = autoload;
    autoload.changed(this);
    return this;
  }

  FakeBundle whenStarted(Activator activator) {
    this.activator = activator;
    return this;
  }

  FakeBundle failing() {
    return whenStarted(() -> {
      throw new BundleException(
          "activator", BundleException.ACTIVATOR_ERROR, new IllegalStateException("boom"));
    });
  }

  FakeBundle unresolvable(String why) {
    return whenStarted(() -> {
      throw new BundleException(why, BundleException.RESOLVE_ERROR);
    });
  }

  FakeBundle hangingUntil(CountDownLatch go) {
    return whenStarted(() -> await(go));
  }

  private static void await(CountDownLatch go) throws BundleException {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new BundleException("interrupted", e);
    }
  }

  void startLevelReached(boolean reached) {
    levelReached = reached;
  }

  /** Somebody stops it. */
  void stop() {
    autoload.stopping(id);
    active = false;
  }

  /** Somebody updates it. */
  void update() {
    autoload.changed(this);
  }

  @Override
  public void start() throws BundleException {
    starts.incrementAndGet();
    try {
      activator.start();
    } catch (BundleException failed) {
      if (failed.getType() == BundleException.ACTIVATOR_ERROR) {
        autoload.stopping(id);
      }
      throw failed;
    }
    if (!active) {
      active = true;
      autoload.started(id);
    }
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public String symbolicName() {
    return "bundle" + id;
  }

  @Override
  public List<String> aliases() {
    return aliases;
  }

  @Override
  public boolean isActive() {
    return active;
  }

  @Override
  public boolean isStartable() {
    looks.incrementAndGet();
    return !active && levelReached;
  }
}
