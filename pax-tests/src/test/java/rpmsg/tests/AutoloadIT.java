// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/**
 * Bundles that are only installed are started when they are needed: drivers by the alias of a
 * channel, the name service by that of its own, the core by the transport.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AutoloadIT {
  private static final String DRIVER = "test.driver";
  private static final String OTHER = "test.other";

  @Inject private BundleContext context;
  @Inject private LogReaderService logs;

  private final List<Bundle> installed = new ArrayList<>();
  private final List<String> starts = new CopyOnWriteArrayList<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final SynchronousBundleListener bundleListener = this::onBundleEvent;
  private final LogListener logListener = this::onLog;
  private Rig rig;
  private int markers = 0x10000;

  @Configuration
  public Option[] configuration() {
    return new Option[] {
      Container.options(Container.OURS.toArray(String[]::new)),
      frameworkProperty("org.osgi.service.log.admin.loglevel").value("INFO")
    };
  }

  @Before
  public void installAll() throws Exception {
    context.addBundleListener(bundleListener);
    logs.addLogListener(logListener);
    for (String name : Container.OURS) {
      installed.add(context.installBundle(Container.bundleLocation(name)));
    }
    rig = new Rig(context);
  }

  @After
  public void uninstallAll() throws Exception {
    rig.close();
    Rig.await(
        () -> "the transport goes",
        () -> rig.references("rpmsg.core.TransportInfo", null).isEmpty());
    for (Bundle bundle : installed.reversed()) {
      bundle.uninstall();
    }
    context.removeBundleListener(bundleListener);
    logs.removeLogListener(logListener);
    Rig.await(() -> "no thread " + Rig.threads(), () -> Rig.threads().isEmpty());
  }

  private void onBundleEvent(BundleEvent event) {
    if (event.getType() == BundleEvent.STARTING) {
      starts.add(event.getBundle().getSymbolicName());
    }
  }

  private void onLog(LogEntry entry) {
    if (entry.getMessage().startsWith("autoload: ")) {
      lines.add(entry.getMessage());
    }
  }

  private Bundle install(TestBundle bundle) throws Exception {
    Bundle added = bundle.install(context);
    installed.add(added);
    return added;
  }

  /** Attempts to start a bundle, by whomever. */
  private long starts(String bundle) {
    return starts.stream().filter(bundle::equals).count();
  }

  private long lines(String bundle) {
    return lines.stream().filter(line -> line.contains(bundle + " [")).count();
  }

  /** The log comes on a thread of its own. */
  private void awaitOneLine(String bundle) {
    Rig.await(() -> "a line of " + bundle + ": " + lines, () -> lines(bundle) > 0);
    assertEquals(lines.toString(), 1, lines(bundle));
  }

  private boolean active(String bundle) {
    return rig.bundle(bundle).getState() == Bundle.ACTIVE;
  }

  private void awaitDriver(String driver, String channel) {
    Rig.await(
        () -> driver + " at " + channel + ": " + rig.driverBundles(),
        () -> driver.equals(rig.driver(channel)));
  }

  /** Waits until what was announced before has led to all that it leads to. */
  private void settle() {
    rig.remote.announce("marker", markers++);
    rig.awaitAllAnnounced();
    rig.remote.announce("marker", markers++);
    rig.awaitAllAnnounced();
    awaitNothingToDo();
  }

  private static void awaitNothingToDo() {
    Rig.await(
        () -> "nothing to do " + Rig.threads(), () -> !Rig.threads().contains("rpmsg-autoload"));
  }

  @Test
  public void lx059_withOnlyTheTransportStartedTheFirstAnnouncementEndsInABoundDriver()
      throws Exception {
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    rig.start("rpmsg.virtio");
    assertTrue("the core is there when the start returns", active("rpmsg.core"));
    Rig.await(() -> "DRIVER_OK", rig.remote::running);
    rig.remote.announce("question", 0x400);
    rig.awaitAllAnnounced();
    awaitDriver(DRIVER, "question");
    assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
    for (String name : List.of("rpmsg.core", "rpmsg.ns", DRIVER)) {
      assertEquals("starts of " + name, 1, starts(name));
      assertTrue(name, active(name));
      assertFalse(
          "transient: " + name,
          rig.bundle(name).adapt(BundleStartLevel.class).isPersistentlyStarted());
    }
    assertFalse("nothing needs it", active("rpmsg.shell"));
    awaitOneLine("rpmsg.ns");
    awaitOneLine(DRIVER);
    assertTrue(lines.toString(), lines.toString().contains("for it (rpmsg:rpmsg_ns)"));
    assertTrue(
        lines.toString(), lines.toString().contains("for it.question.-1.1024 (rpmsg:question)"));
    assertTrue(rig.driverBundles(), rig.driverBundles().contains("wantedBy=it.question.-1.1024"));
  }

  @Test
  public void lx092_fiftyAnnouncementsBeforeAnythingIsStartedAreAllThereAndTheDriverIsBound()
      throws Exception {
    install(new TestBundle(DRIVER, "rpmsg:service-7").ids("service-7"));
    for (int i = 0; i < 50; i++) {
      rig.remote.announce("service-" + i, 0x400 + i);
    }
    rig.start("rpmsg.virtio");
    rig.awaitAllAnnounced();
    awaitDriver(DRIVER, "service-7");
    assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
    assertEquals(1, rig.remote.sessions.get());
  }

  @Test
  public void anAliasWithWildcardsMatches() throws Exception {
    install(new TestBundle(DRIVER, "rpmsg:no*", "rpmsg:*-7*").ids("question-77"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question-6", 0x400);
    settle();
    assertFalse(active(DRIVER));
    rig.remote.announce("question-77", 0x401);
    awaitDriver(DRIVER, "question-77");
  }

  @Test
  public void switchedOffNothingIsEverStarted() throws Exception {
    rig.autoload(false);
    install(new TestBundle(DRIVER, "rpmsg:*").ids("question"));
    rig.remote.announce("question", 0x400);
    rig.start("rpmsg.virtio");
    assertFalse("not even the core", active("rpmsg.core"));
    rig.start("rpmsg.core");
    Rig.await(
        () -> "the link is laid out",
        () -> !rig.references("rpmsg.core.TransportInfo", "(rpmsg.transport=it)").isEmpty());
    assertFalse(rig.ready());
    rig.start("rpmsg.ns");
    settle();
    assertEquals(0, starts(DRIVER));
    assertTrue(rig.driverBundles(), rig.driverBundles().contains("status=OFF"));
    rig.autoload(true);
    awaitDriver(DRIVER, "question");
  }

  @Test
  public void onlyWhatIsAllowedIsStarted() throws Exception {
    rig.autoload(true, "rpmsg.*", OTHER);
    install(new TestBundle(DRIVER, "rpmsg:*").ids("question"));
    install(new TestBundle(OTHER, "rpmsg:*").ids("other"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    rig.remote.announce("other", 0x401);
    awaitDriver(OTHER, "other");
    settle();
    assertEquals(0, starts(DRIVER));
    awaitOneLine(DRIVER);
    assertTrue(rig.driverBundles(), rig.driverBundles().contains("status=NOT_ALLOWED"));
    rig.autoload(true, "*.driver");
    awaitDriver(DRIVER, "question");
  }

  @Test
  public void aBundleThatThrowsOrDoesNotResolveIsNamedOnceAndHarmsNoOther() throws Exception {
    install(new TestBundle("test.throws", "rpmsg:question"));
    install(
        new TestBundle("test.unresolved", "rpmsg:question")
            .header("Import-Package", "org.osgi.framework,rpmsg.core,no.such.pack"));
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    awaitDriver(DRIVER, "question");
    rig.stop(DRIVER);
    for (int i = 1; i < 20; i++) {
      rig.remote.announce("question", 0x400 + i);
    }
    settle();
    assertEquals(1, starts("test.throws"));
    awaitOneLine("test.throws");
    awaitOneLine("test.unresolved");
    assertTrue(rig.driverBundles(), rig.driverBundles().contains("no.such.pack"));
  }

  @Test
  public void oneThatDidNotResolveIsStartedWhenWhatItNeedsIsInstalled() throws Exception {
    Bundle bundle =
        install(
            new TestBundle(DRIVER, "rpmsg:question")
                .ids("question")
                .header("Import-Package", "org.osgi.framework,rpmsg.core,test.late"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    awaitOneLine(DRIVER);
    settle();
    assertEquals(Bundle.INSTALLED, bundle.getState());
    install(new TestBundle("test.library").header("Export-Package", "test.late"));
    awaitDriver(DRIVER, "question");
  }

  /** Work is counted: what a peer announces starts nothing twice, whatever it announces. */
  @Test
  public void aFloodOfNamesStartsEachBundleOnce() throws Exception {
    install(new TestBundle("test.throws", "rpmsg:*"));
    install(new TestBundle(OTHER, "rpmsg:*").ids("none-of-them"));
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    rig.start("rpmsg.virtio");
    for (int i = 0; i < 3000; i++) {
      rig.remote.announce("name-" + i, 0x400 + i);
    }
    Rig.await(() -> "all is in the ring", rig.remote::quiet);
    Rig.await(() -> "the most that may be there", () -> rig.channels().size() == 1024);
    assertEquals(0, starts(DRIVER));
    for (int i = 0; i < 3000; i++) {
      rig.remote.withdraw(0x400 + i);
    }
    rig.remote.announce("question", 0x400);
    awaitDriver(DRIVER, "question");
    assertEquals(1, starts("test.throws"));
    assertEquals(1, starts(OTHER));
    assertEquals(1, starts(DRIVER));
    for (String name : List.of("test.throws", OTHER, DRIVER, "rpmsg.ns")) {
      awaitOneLine(name);
    }
  }

  @Test
  public void whatWasStoppedByHandStaysStoppedUntilSomebodyStartsOrUpdatesIt() throws Exception {
    TestBundle driver = new TestBundle(DRIVER, "rpmsg:question").ids("question");
    Bundle bundle = install(driver);
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    awaitDriver(DRIVER, "question");
    bundle.stop();
    rig.remote.announce("question", 0x401);
    install(new TestBundle(OTHER, "rpmsg:other").ids("other"));
    settle();
    assertNotEquals(Bundle.ACTIVE, bundle.getState());
    assertTrue(rig.driverBundles(), rig.driverBundles().contains("status=STOPPED"));
    bundle.start();
    awaitDriver(DRIVER, "question");
    bundle.stop();
    settle();
    assertNotEquals(Bundle.ACTIVE, bundle.getState());
    bundle.update(driver.jar());
    awaitDriver(DRIVER, "question");
  }

  @Test
  public void aNameServiceThatWasStoppedByHandStaysStopped() throws Exception {
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    rig.awaitAllAnnounced();
    rig.stop("rpmsg.ns");
    int links = rig.counter("links");
    rig.remote.restart();
    Rig.await(() -> "the next link is laid out", () -> rig.counter("links") > links);
    install(new TestBundle(OTHER, "rpmsg:other").ids("other"));
    awaitNothingToDo();
    assertFalse(active("rpmsg.ns"));
    assertFalse(rig.ready());
    rig.start("rpmsg.ns");
    rig.awaitAllAnnounced();
    assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
  }

  @Test
  public void whereAnotherBundleOffersANameServiceOursIsNotStarted() throws Exception {
    Bundle other = install(new TestBundle("test.ns", "none").nameService());
    other.start();
    rig.start("rpmsg.virtio");
    Rig.await(() -> "the link is laid out", () -> rig.counter("links") == 1);
    awaitNothingToDo();
    assertEquals(0, starts("rpmsg.ns"));
    other.uninstall();
    installed.remove(other);
    install(new TestBundle(OTHER, "rpmsg:other").ids("other"));
    rig.awaitAllAnnounced();
    assertEquals(1, starts("rpmsg.ns"));
  }

  @Test
  public void aCoreThatWasStoppedComesBackWithTheTransportOnly() throws Exception {
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    rig.awaitAllAnnounced();
    rig.stop("rpmsg.core");
    rig.autoload(true, "changed");
    Rig.await(
        () -> "the change is known",
        () -> rig.isActiveWith("rpmsg.virtio", "rpmsg.virtio.core", "allow"));
    assertFalse(active("rpmsg.core"));
    rig.autoload(true);
    rig.stop("rpmsg.virtio");
    rig.start("rpmsg.virtio");
    assertTrue(active("rpmsg.core"));
    rig.awaitAllAnnounced();
  }

  @Test
  public void aDriverThatIsInstalledAfterTheChannelAppearedIsStarted() throws Exception {
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    settle();
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    awaitDriver(DRIVER, "question");
  }

  @Test
  public void aDriverThatGetsItsAliasByAnUpdateIsStarted() throws Exception {
    Bundle bundle = install(new TestBundle(DRIVER, "rpmsg:other").ids("question"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    settle();
    assertEquals(0, starts(DRIVER));
    bundle.update(new TestBundle(DRIVER, "rpmsg:question").ids("question").jar());
    awaitDriver(DRIVER, "question");
  }

  @Test
  public void refreshingTheCoreBringsAllOfItBack() throws Exception {
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    awaitDriver(DRIVER, "question");
    for (int i = 0; i < 5; i++) {
      rig.refresh("rpmsg.core");
      rig.awaitAllAnnounced();
      awaitDriver(DRIVER, "question");
    }
  }

  @Test
  public void aNewLinkFindsTheDriverThatRunsAlready() throws Exception {
    install(new TestBundle(DRIVER, "rpmsg:question").ids("question"));
    rig.start("rpmsg.virtio");
    rig.remote.announce("question", 0x400);
    awaitDriver(DRIVER, "question");
    rig.remote.restart();
    Rig.await(() -> "the next session", () -> rig.remote.sessions.get() == 2);
    rig.awaitAllAnnounced();
    awaitDriver(DRIVER, "question");
    assertEquals(1, starts(DRIVER));
  }

  @Test
  public void theControlDeviceOfALinkStartsTheBundleOfDevices() throws Exception {
    rig.start("rpmsg.virtio");
    awaitDriver("rpmsg_ctrl", "rpmsg_ctrl");
    assertTrue(active("rpmsg.char"));
  }
}
