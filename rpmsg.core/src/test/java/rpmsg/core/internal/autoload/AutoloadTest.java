// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleException;
import rpmsg.core.DriverBundle;
import rpmsg.core.DriverBundle.Status;
import rpmsg.core.internal.Log;

/** What is started, what is not, and how much work a peer can cause. */
class AutoloadTest {
  private static final String THREAD = "rpmsg-autoload";

  private final List<Wanted> lacking = new CopyOnWriteArrayList<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Autoload autoload =
      new Autoload(() -> List.copyOf(lacking), Policy.of(true, "*"), new Lines());

  private final class Lines implements Log {
    @Override
    public void info(String message) {
      lines.add(message);
    }

    @Override
    public void warn(String message, Throwable cause) {
      lines.add(message + ": " + cause);
    }
  }

  @AfterEach
  void close() {
    autoload.close();
    assertEquals(List.of(), threads());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(THREAD::equals)
        .toList();
  }

  private void want(String name) {
    autoload.accept(new Wanted("rpmsg:" + name, "it." + name));
  }

  /** Waits until all that is to be started has been. */
  private void settle() {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!threads().isEmpty()) {
      assertTrue(System.nanoTime() < end, "the worker does not end");
      Thread.onSpinWait();
    }
  }

  private Status status(int index) {
    return autoload.bundles().get(index).status();
  }

  @Test
  void lx059_aBundleIsStartedWhenItsAliasIsWanted() {
    FakeBundle tty = new FakeBundle(1, "rpmsg:tty").in(autoload);
    FakeBundle other = new FakeBundle(2, "rpmsg:tty0", "tty", "rpmsg:*x").in(autoload);
    assertEquals(Status.READY, status(0));
    want("tty");
    settle();
    assertEquals(1, tty.starts.get());
    assertEquals(0, other.starts.get());
    assertEquals(List.of("autoload: started bundle1 [1] for it.tty (rpmsg:tty)"), lines);
    DriverBundle bundle = autoload.bundles().getFirst();
    assertEquals(Status.ACTIVE, bundle.status());
    assertEquals("rpmsg:tty", bundle.attempt().alias());
    assertEquals("it.tty", bundle.attempt().wantedBy());
    assertNull(bundle.attempt().failure());
  }

  @Test
  void allThatDeclareAnAliasAreStartedAndEachOnce() {
    FakeBundle wild = new FakeBundle(1, "rpmsg:t*", "rpmsg:*y").in(autoload);
    FakeBundle exact = new FakeBundle(2, "rpmsg:tty", "rpmsg:tty").in(autoload);
    want("tty");
    want("tty");
    settle();
    assertEquals(1, wild.starts.get());
    assertEquals(1, exact.starts.get());
    assertTrue(lines.getFirst().contains("bundle2"), "who names it comes first: " + lines);
  }

  @Test
  void withoutAMatchThereIsNoThreadAndNoLook() {
    FakeBundle tty = new FakeBundle(1, "rpmsg:tty").in(autoload);
    settle();
    int looks = tty.looks.get();
    for (int i = 0; i < 10_000; i++) {
      want("name-" + i);
    }
    assertEquals(List.of(), threads());
    assertEquals(looks, tty.looks.get());
    assertEquals(0, tty.starts.get());
  }

  @Test
  void tenThousandNamesCauseOneStartOfEachBundle() {
    CountDownLatch go = new CountDownLatch(1);
    FakeBundle slow = new FakeBundle(1, "rpmsg:*").hangingUntil(go).in(autoload);
    FakeBundle failing = new FakeBundle(2, "rpmsg:*").failing().in(autoload);
    FakeBundle unresolvable = new FakeBundle(3, "rpmsg:*").unresolvable("no way").in(autoload);
    for (int i = 0; i < 10_000; i++) {
      want("name-" + i);
    }
    assertEquals(1, threads().size());
    assertTrue(autoload.waiting() <= 3, "one waiting start of each bundle");
    go.countDown();
    for (int i = 0; i < 10_000; i++) {
      want("more-" + i);
    }
    settle();
    assertEquals(1, slow.starts.get());
    assertEquals(1, failing.starts.get());
    assertEquals(1, unresolvable.starts.get());
    assertEquals(3, lines.size(), lines::toString);
  }

  @Test
  void aBundleThatFailsIsNamedOnceAndNotTriedAgainUntilItIsUpdated() {
    FakeBundle failing = new FakeBundle(1, "rpmsg:a").failing().in(autoload);
    FakeBundle other = new FakeBundle(2, "rpmsg:a").in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    want("a");
    new FakeBundle(3, "rpmsg:b").in(autoload);
    autoload.resolved(1);
    settle();
    assertEquals(1, failing.starts.get());
    assertEquals(1, other.starts.get(), "others are unaffected");
    assertEquals(Status.FAILED, status(0));
    String reason = "java.lang.IllegalStateException: boom";
    assertEquals(reason, autoload.bundles().getFirst().attempt().failure());
    assertEquals(
        List.of("autoload: bundle1 [1], wanted by it.a (rpmsg:a), did not start: " + reason),
        lines.stream().filter(line -> line.contains("bundle1")).toList());
    failing.update();
    settle();
    assertEquals(2, failing.starts.get());
  }

  @Test
  void oneThatDoesNotResolveIsTriedAgainWhenSomethingIsInstalledAndNamedOnce() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").unresolvable("no package x").in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    want("a");
    settle();
    assertEquals(1, bundle.starts.get());
    new FakeBundle(2).in(autoload);
    settle();
    assertEquals(2, bundle.starts.get());
    assertEquals(1, lines.size(), lines::toString);
    bundle.whenStarted(() -> {});
    new FakeBundle(3).in(autoload);
    settle();
    assertEquals(3, bundle.starts.get());
    assertEquals(Status.ACTIVE, status(0));
  }

  @Test
  void oneThatSomebodyResolvedIsTriedAgain() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").unresolvable("no package x").in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    bundle.whenStarted(() -> {});
    autoload.resolved(1);
    settle();
    assertEquals(2, bundle.starts.get());
  }

  @Test
  void whatSomebodyStoppedStaysStopped() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    bundle.stop();
    want("a");
    new FakeBundle(2, "rpmsg:b").in(autoload);
    settle();
    assertEquals(1, bundle.starts.get());
    assertEquals(Status.STOPPED, status(0));
    assertNull(autoload.bundles().getFirst().attempt());
    bundle.update();
    settle();
    assertEquals(2, bundle.starts.get());
  }

  @Test
  void oneThatSomebodyStartedAgainIsFreeAgain() throws Exception {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").in(autoload);
    bundle.start();
    bundle.stop();
    bundle.start();
    assertEquals(Status.ACTIVE, status(0));
    assertNull(autoload.bundles().getFirst().attempt(), "somebody else started it");
  }

  /** The framework tells of a start when the bundle is no longer locked. */
  @Test
  void aStartThatIsHeardOfAfterTheStopDoesNotUndoIt() throws Exception {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").in(autoload);
    bundle.start();
    bundle.stop();
    autoload.started(1);
    want("a");
    settle();
    assertEquals(1, bundle.starts.get());
    assertEquals(Status.STOPPED, status(0));
  }

  @Test
  void aBundleThatIsStoppedWhileItsStartWaitsIsNotStarted() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeBundle slow = new FakeBundle(1, "rpmsg:a").hangingUntil(go).in(autoload);
    FakeBundle bundle = new FakeBundle(2, "rpmsg:b").in(autoload);
    want("a");
    want("b");
    bundle.start();
    bundle.stop();
    go.countDown();
    settle();
    assertEquals(1, slow.starts.get());
    assertEquals(1, bundle.starts.get());
  }

  @Test
  void aStartThatSomebodyElseWonIsNotOurs() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a");
    bundle.whenStarted(() -> runElsewhere(bundle)).in(autoload);
    want("a");
    settle();
    assertEquals(Status.ACTIVE, status(0));
    assertNull(autoload.bundles().getFirst().attempt());
    assertEquals(List.of(), lines);
  }

  private static void runElsewhere(FakeBundle bundle) {
    bundle.whenStarted(() -> {});
    Thread operator =
        Thread.ofPlatform()
            .start(() -> {
              try {
                bundle.start();
              } catch (BundleException e) {
                throw new IllegalStateException(e);
              }
            });
    try {
      operator.join(20_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void switchedOffNothingIsStartedAndSwitchedOnWhatIsLackingIs() {
    autoload.policy(Policy.of(false, "*"));
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    assertEquals(0, bundle.looks.get(), "not even looked at");
    assertEquals(0, bundle.starts.get());
    assertEquals(Status.OFF, status(0));
    autoload.policy(Policy.of(true, "*"));
    settle();
    assertEquals(1, bundle.starts.get());
  }

  @Test
  void switchedOffMeanwhileWhatWaitsIsNotStarted() {
    CountDownLatch go = new CountDownLatch(1);
    new FakeBundle(1, "rpmsg:a").hangingUntil(go).in(autoload);
    FakeBundle bundle = new FakeBundle(2, "rpmsg:b").in(autoload);
    want("a");
    want("b");
    autoload.policy(Policy.of(false, "*"));
    go.countDown();
    settle();
    assertEquals(0, bundle.starts.get());
  }

  @Test
  void onlyWhatIsAllowedIsStartedAndTheRestIsNamedOnce() {
    autoload.policy(Policy.of(true, "other", "bundle2*"));
    FakeBundle refused = new FakeBundle(1, "rpmsg:*").in(autoload);
    FakeBundle allowed = new FakeBundle(2, "rpmsg:*").in(autoload);
    want("a");
    want("b");
    settle();
    assertEquals(0, refused.starts.get());
    assertEquals(1, allowed.starts.get());
    assertEquals(Status.NOT_ALLOWED, status(0));
    assertEquals(1, lines.stream().filter(line -> line.contains("not allowed")).count());
    lacking.add(new Wanted("rpmsg:c", "it.c"));
    autoload.policy(Policy.of(true, "bundle*"));
    settle();
    assertEquals(1, refused.starts.get());
  }

  @Test
  void aBundleThatIsInstalledLaterIsStartedForWhatIsLacking() {
    want("a");
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    FakeBundle late = new FakeBundle(1, "rpmsg:a").in(autoload);
    settle();
    assertEquals(1, late.starts.get());
  }

  @Test
  void aBundleWhoseStartLevelIsNotReachedIsStartedWhenItIs() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a");
    bundle.startLevelReached(false);
    bundle.in(autoload);
    lacking.add(new Wanted("rpmsg:a", "it.a"));
    want("a");
    settle();
    assertEquals(0, bundle.starts.get());
    bundle.startLevelReached(true);
    autoload.lookAgain();
    settle();
    assertEquals(1, bundle.starts.get());
  }

  @Test
  void aStartLevelThatSankInBetweenIsNoFailure() {
    FakeBundle bundle =
        new FakeBundle(1, "rpmsg:a")
            .whenStarted(() -> {
              throw new BundleException("level", BundleException.START_TRANSIENT_ERROR);
            });
    bundle.in(autoload);
    want("a");
    settle();
    assertEquals(1, bundle.starts.get());
    assertEquals(Status.READY, status(0));
    assertEquals(List.of(), lines);
  }

  @Test
  void anUninstalledBundleIsForgotten() {
    FakeBundle bundle = new FakeBundle(1, "rpmsg:a").in(autoload);
    autoload.uninstalled(1);
    want("a");
    settle();
    assertEquals(0, bundle.starts.get());
    assertEquals(List.of(), autoload.bundles());
  }

  @Test
  void closingEndsAStartThatHangsAndNothingIsStartedAfterwards() {
    FakeBundle hanging =
        new FakeBundle(1, "rpmsg:a").hangingUntil(new CountDownLatch(1)).in(autoload);
    FakeBundle next = new FakeBundle(2, "rpmsg:b").in(autoload);
    want("a");
    want("b");
    long start = System.nanoTime();
    while (hanging.starts.get() == 0) {
      assertTrue(System.nanoTime() - start < 20_000_000_000L);
      Thread.onSpinWait();
    }
    autoload.close();
    assertEquals(List.of(), threads());
    want("b");
    assertEquals(0, next.starts.get());
    assertFalse(hanging.isActive());
  }

  @Test
  void whatAPeerChoseIsPrintable() {
    new FakeBundle(1, "rpmsg:*").in(autoload);
    autoload.accept(new Wanted("rpmsg:\u001b[2J\n", "it.x"));
    settle();
    assertEquals(List.of("autoload: started bundle1 [1] for it.x (rpmsg:\\x1b[2J\\x0a)"), lines);
  }
}
