// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * A seeded random walk over everything that can happen to the bundles, the configuration and the
 * remote. After each step everything is brought up, and what the remote announces has to be there,
 * all of it, in its order. {@code -Drpmsg.seed=N} repeats a walk.
 *
 * <p>Whether bundles start others is part of the walk: where they do, fewer states are left as they
 * are, so it begins without.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class RandomWalkIT {
  private static final int MOST_SERVICES = 300;

  @Inject private BundleContext context;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options(), Container.handDown("rpmsg.seed")};
  }

  /** One thing that can happen. */
  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  private final List<Integer> addresses = new ArrayList<>();
  private Random random;
  private Rig rig;
  private int next = 0x400;

  @Test
  public void noWalkLosesAnAnnouncement() throws Exception {
    long seed = Long.getLong("rpmsg.seed", System.nanoTime());
    random = new Random(seed);
    int steps = Container.soak() ? 10_000 : 200;
    try (Rig made = new Rig(context)) {
      rig = made;
      rig.autoload(false);
      List<Step> kinds = kinds();
      long seen = 0;
      for (int i = 0; i < steps; i++) {
        try {
          for (int burst = random.nextInt(3); burst >= 0; burst--) {
            kinds.get(random.nextInt(kinds.size())).run();
          }
          bringUp();
          rig.awaitAllAnnounced();
          seen += rig.remote.expected().size();
        } catch (AssertionError | Exception failed) {
          summary(seed, i, seen);
          throw new AssertionError("seed " + seed + " failed at step " + i, failed);
        }
      }
      summary(seed, steps, seen);
    }
  }

  private void summary(long seed, int steps, long seen) {
    List<String> missing = new ArrayList<>(rig.remote.expected());
    missing.removeAll(rig.channels());
    System.out.printf(
        "random walk: seed %d, %d steps, %d sessions, %d announcements sent, %d channels seen after"
            + " the steps, %d lost%n",
        seed, steps, rig.remote.sessions.get(), rig.remote.sent.get(), seen, missing.size());
  }

  private List<Step> kinds() {
    List<Step> kinds = new ArrayList<>();
    for (String bundle : Container.OURS) {
      kinds.add(() -> rig.stop(bundle));
      kinds.add(() -> rig.start(bundle));
      kinds.add(() -> rig.update(bundle));
      kinds.add(() -> rig.refresh(bundle));
    }
    kinds.add(() -> rig.stop("rpmsg.ns"));
    kinds.add(() -> rig.update("rpmsg.ns"));
    kinds.add(this::deleteConfiguration);
    kinds.add(this::changeConfiguration);
    kinds.add(() -> rig.autoload(random.nextBoolean()));
    kinds.add(() -> rig.remote.restart());
    for (int i = 0; i < 8; i++) {
      kinds.add(this::announce);
    }
    kinds.add(this::withdraw);
    kinds.add(this::withdraw);
    return kinds;
  }

  private void announce() {
    for (int i = random.nextInt(5); i >= 0 && addresses.size() < MOST_SERVICES; i--) {
      addresses.add(next);
      rig.remote.announce("walk-" + next, next++);
    }
  }

  private void withdraw() {
    if (!addresses.isEmpty()) {
      rig.remote.withdraw(addresses.remove(random.nextInt(addresses.size())));
    }
  }

  private void deleteConfiguration() throws Exception {
    if (rig.configured()) {
      rig.unconfigure();
    }
  }

  private void changeConfiguration() throws Exception {
    if (rig.configured()) {
      rig.reconfigure(256 << random.nextInt(2));
    }
  }

  private void bringUp() throws Exception {
    for (String bundle : Container.OURS) {
      if (rig.bundle(bundle).getState() != Bundle.ACTIVE) {
        rig.start(bundle);
      }
    }
    if (!rig.configured()) {
      rig.configure();
    }
  }
}
