// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.TransportInfo.State;

/**
 * The Linux kernel's own drivers against our remote over vhost-user. Each case boots a guest of its
 * own, and asserts from the guest's console and from our counters.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class KernelIT {
  /** Its name, as {@code kernel/get} knows it. */
  private static final String GUEST = System.getProperty("rpmsg.kernel.guest");

  private static final String CORE = "modprobe virtio_rpmsg_bus";
  private static final String CHAR = "modprobe rpmsg_char && modprobe rpmsg_ctrl";
  private static final String CONTROL = "/dev/rpmsg_ctrl0";
  private static final int FLOOD_SECONDS = 1200;
  private static final int KILLS = Integer.getInteger("rpmsg.kernel.kills");
  private static final int FLOOD = Integer.getInteger("rpmsg.kernel.flood");

  @Inject private BundleContext context;

  private KernelLink link;
  private Guest guest;
  private Path folder;

  @Configuration
  public Option[] configuration() {
    return new Option[] {
      Container.options(),
      Container.handDown("rpmsg.kernel.get"),
      Container.handDown("rpmsg.kernel.guest"),
      Container.handDown("rpmsg.kernel.kills"),
      Container.handDown("rpmsg.kernel.flood"),
      Container.handDown("rpmsg.kernel.required")
    };
  }

  @Before
  public void boot() throws Exception {
    assumeTrue("no guest is asked for", GUEST != null && !GUEST.isEmpty());
    folder = Guest.folderOrSkip(GUEST, getClass());
    start(0);
  }

  private void start(int reannounce) throws IOException {
    link = new KernelLink(context, reannounce);
    bootAt(link.socket());
  }

  private void bootAt(Path socket) throws IOException {
    guest = Guest.boot(folder, socket);
    guest.run("dmesg -n 6; modprobe virtio_mmio 2>/dev/null; true");
  }

  @After
  public void down() throws Exception {
    if (guest != null) {
      guest.close();
    }
    if (link != null) {
      link.close();
    }
  }

  /** A raw channel with its character device, loaded after the announcement as people do. */
  private RpmsgEndpoint rawDevice() throws IOException {
    RpmsgEndpoint echo = rawChannel();
    guest.run(CHAR);
    guest.run("await 10 test -c /dev/rpmsg0");
    return echo;
  }

  private RpmsgEndpoint rawChannel() throws IOException {
    guest.run(CORE);
    RpmsgEndpoint echo = link.announceEcho("rpmsg-raw");
    awaitDevices(1, "rpmsg-raw");
    return echo;
  }

  /** Waits until the kernel's bus has so many devices of a name. */
  private void awaitDevices(int count, String name) throws IOException {
    String list = "ls /sys/bus/rpmsg/devices | grep -cF ." + name + ".";
    guest.run("await 60 sh -c '[ \"$(" + list + ")\" = " + count + " ]'");
  }

  /** Debian's armhf kernel comes without the sample driver. */
  @Test
  public void lx180_lx181_theSampleDriverSaysGoodbyeOnTwoChannelsOfOneName() throws Exception {
    assumeTrue(guest.tryRun("find /lib/modules | grep rpmsg_client_sample").status() == 0);
    guest.run("dmesg -n 8; " + CORE + " && modprobe rpmsg_client_sample");
    link.announceEcho("rpmsg-client-sample");
    link.announceEcho("rpmsg-client-sample");
    Rig.await(guest::console, () -> guest.count("goodbye!") == 2);
    assertEquals(200, guest.count("incoming msg "));
    assertEquals(2, guest.count("incoming msg 100 "));
    assertEquals(200, link.counter("received"));
    assertEquals(2 + 200, link.counter("sent"));
    assertNothingBad();
  }

  @Test
  public void lx071_lx158_pingsOfEverySizeComeBackAndOneByteTooManyIsEmsgsize() throws Exception {
    rawDevice();
    assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 0 496").contains("ping ok 497"));
    assertTrue(guest.tryRun("rpmsg-guest write /dev/rpmsg0 497").text().contains("EMSGSIZE"));
    assertEquals(497, link.counter("received"));
    assertEquals(497 + 1, link.counter("sent"));
    assertNothingBad();
  }

  private void assertNothingBad() {
    link.assertNothingBad();
    assertEquals(0, guest.count("msg received with no recipient"));
    assertEquals(0, guest.count("inbound msg too big"));
  }

  @Test
  public void lx177_aTerminalCarriesBytesBothWays() throws Exception {
    guest.run(CORE);
    link.announceEcho("rpmsg-tty");
    awaitDevices(1, "rpmsg-tty");
    guest.run("modprobe rpmsg_tty && await 10 test -c /dev/ttyRPMSG0");
    assertTrue(guest.run("rpmsg-guest tty /dev/ttyRPMSG0 200").contains("tty ok 200"));
    assertNothingBad();
  }

  @Test
  public void lx147_anEndpointOfTheControlDeviceTalksAndIsNotAnnounced() throws Exception {
    RpmsgEndpoint echo = rawDevice();
    String address = Integer.toString(echo.address());
    String made = guest.run("rpmsg-guest create-ept " + CONTROL + " mine 4000 " + address);
    String device = made.substring(made.indexOf("/dev/rpmsg")).lines().findFirst().orElseThrow();
    assertTrue(guest.run("rpmsg-guest ping " + device + " 1 64").contains("ping ok 64"));
    assertEquals("endpoints are not announced", List.of(), link.announced());
    guest.run("rpmsg-guest destroy " + device);
    assertNothingBad();
  }

  @Test
  public void lx103_lx104_lx172_aServerOfTheKernelComesAsAChannelAndLeavesAgain() throws Exception {
    rawDevice();
    guest.run("rpmsg-guest create-dev " + CONTROL + " rpmsg-raw 5000 any");
    Rig.await(
        () -> "CREATE " + link.announced(),
        () -> link.announced().equals(List.of("rpmsg-raw@5000")));
    guest.run("rpmsg-guest release-dev " + CONTROL + " rpmsg-raw 5000 any");
    Rig.await(() -> "DESTROY " + link.announced(), () -> link.announced().isEmpty());
    assertNothingBad();
  }

  @Test
  public void lx098_destroyFromOurSideTakesTheKernelsDeviceAway() throws Exception {
    RpmsgEndpoint echo = rawChannel();
    echo.close();
    awaitDevices(0, "rpmsg-raw");
    rawChannelAgain();
    assertNothingBad();
  }

  private void rawChannelAgain() throws IOException {
    link.announceEcho("rpmsg-raw");
    awaitDevices(1, "rpmsg-raw");
  }

  @Test
  public void lx063_twoHundredChannelsOfOneNameComeAndGo() throws Exception {
    guest.run("dmesg -n 1");
    guest.run(CORE);
    List<RpmsgEndpoint> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(link.announceEcho("many"));
    }
    awaitDevices(200, "many");
    for (RpmsgEndpoint endpoint : all) {
      endpoint.close();
    }
    awaitDevices(0, "many");
    assertNothingBad();
  }

  @Test
  public void lx097_lx098_tenThousandAnnouncementsInEitherDirectionLeaveNothingBehind()
      throws Exception {
    guest.run("dmesg -n 1");
    rawDevice();
    assertTrue(
        guest.run("rpmsg-guest storm " + CONTROL + " 5000 rpmsg-raw").contains("storm ok 5000"));
    link.awaitCounter("received", 10_000);
    Rig.await(() -> "left " + link.announced(), () -> link.announced().isEmpty());
    assertEquals(10_000, link.counter("received"));
    for (int i = 0; i < 5000; i++) {
      link.announceEcho("storm").close();
    }
    awaitDevices(0, "storm");
    assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 1 16").contains("ping ok 16"));
    assertNothingBad();
  }

  @Test
  public void lx137_lx138_theModuleCanBeUnloadedAndLoadedAgain() throws Exception {
    rawDevice();
    for (int round = 1; round <= 3; round++) {
      guest.run("rmmod rpmsg_ctrl rpmsg_char virtio_rpmsg_bus");
      link.awaitState(State.CONNECTING);
      rawDevice();
      assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 1 64").contains("ping ok 64"));
      assertEquals(round + 1, link.counter("links"));
    }
    assertNothingBad();
  }

  @Test
  public void lx137_lx138_theDriverCanBeUnboundAndBoundAgain() throws Exception {
    rawDevice();
    String driver = "/sys/bus/virtio/drivers/virtio_rpmsg_bus";
    String device = "$(basename " + driver + "/virtio*)";
    guest.run("device=" + device);
    for (int round = 1; round <= 3; round++) {
      guest.run("echo $device > " + driver + "/unbind");
      link.awaitState(State.CONNECTING);
      guest.run("rmmod rpmsg_ctrl rpmsg_char; echo $device > " + driver + "/bind");
      rawDevice();
      assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 1 64").contains("ping ok 64"));
    }
    assertNothingBad();
  }

  @Test
  public void lx127_aFloodInBothDirectionsLosesRepeatsAndSpoilsNothing() throws Exception {
    rawDevice();
    String told = guest.run("rpmsg-guest flood /dev/rpmsg0 " + FLOOD + " 64", FLOOD_SECONDS);
    assertTrue(told, told.contains("sent " + FLOOD + " received " + FLOOD + " bad 0"));
    assertEquals(FLOOD, link.counter("received"));
    assertEquals(FLOOD + 1, link.counter("sent"));
    assertNothingBad();
  }

  @Test
  public void aKernelKilledInMidFloodIsFollowedByTheNext() throws Exception {
    for (int kill = 1; kill <= KILLS; kill++) {
      rawDevice();
      long before = link.counter("received");
      guest.start("rpmsg-guest flood /dev/rpmsg0 1000000 496 &");
      link.awaitCounter("received", before + 1000);
      guest.kill();
      link.awaitState(State.CONNECTING);
      bootAt(link.socket());
    }
    rawDevice();
    assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 0 496").contains("ping ok 497"));
    assertEquals(KILLS + 1, link.counter("links"));
    assertNothingBad();
  }

  @Test
  public void aContainerKilledInMidFloodIsFollowedByTheNext() throws Exception {
    down();
    Path socket = Files.createTempDirectory("rpmsg-kernel").resolve("socket");
    for (int kill = 1; kill <= KILLS; kill++) {
      try (RunProcess container = container(socket)) {
        floodThrough(container, socket);
        container.kill();
      }
      guest.close();
    }
    try (RunProcess container = container(socket)) {
      floodThrough(container, socket);
      guest.close();
      container.terminate();
      assertEquals(container.output(), 128 + 15, container.exitCode());
    }
    Files.delete(socket.getParent());
    link = null;
  }

  private static RunProcess container(Path socket) throws IOException {
    return new RunProcess(
        "--role=remote",
        "--link=vhost-user:" + socket,
        "--echo=rpmsg-raw",
        "--timeout=600",
        "--linger=600");
  }

  private void floodThrough(RunProcess container, Path socket) throws IOException {
    Rig.await(container::output, () -> container.output().contains(", listening"));
    bootAt(socket);
    guest.run(CORE);
    awaitDevices(1, "rpmsg-raw");
    guest.run(CHAR + " && await 10 test -c /dev/rpmsg0");
    assertTrue(guest.run("rpmsg-guest ping /dev/rpmsg0 1 64").contains("ping ok 64"));
    guest.start("rpmsg-guest flood /dev/rpmsg0 1000000 64 &");
    guest.run("rpmsg-guest ping /dev/rpmsg0 1 1 || true");
  }

  /** W1 of the kernel: what it loses, and what we do about it. */
  @Test
  public void lx109_theKernelLosesAnAnnouncementWhileItsNameServiceIsUnbound() throws Exception {
    bringUpUnbound();
    link.announceEcho("lost");
    guest.await("msg received with no recipient");
    bindNameService();
    link.announceEcho("heard");
    awaitDevices(1, "heard");
    assertFalse(guest.run("ls /sys/bus/rpmsg/devices").contains("lost"));
  }

  @Test
  public void lx109_announcedAgainTheChannelComesAllTheSame() throws Exception {
    guest.close();
    link.close();
    start(1);
    bringUpUnbound();
    link.announceEcho("lost");
    guest.await("msg received with no recipient");
    bindNameService();
    awaitDevices(1, "lost");
  }

  private void bringUpUnbound() throws IOException {
    guest.run("modprobe rpmsg_ns && echo 0 > /sys/bus/rpmsg/drivers_autoprobe && " + CORE);
    link.awaitReady();
  }

  private void bindNameService() throws IOException {
    guest.run("echo virtio0.rpmsg_ns.53.53 > /sys/bus/rpmsg/drivers/rpmsg_ns/bind");
  }

  @Test
  public void lx092_whatTheKernelAnnouncesWhileOurNameServiceIsUpdatedIsNotLost() throws Exception {
    rawDevice();
    int servers = 300;
    String each = "rpmsg-guest create-dev " + CONTROL + " rpmsg-raw $((10000 + i)) any >/dev/null";
    guest.start(
        "(i=0; while [ $i -lt %d ]; do %s; i=$((i + 1)); done; echo all made) &"
            .formatted(servers, each));
    Bundle nameService = bundle("rpmsg.ns");
    int updates = 0;
    while (!guest.console().contains("all made\n") || updates < 5) {
      nameService.update();
      updates++;
    }
    Rig.await(
        () -> link.announced().size() + " of " + servers, () -> link.announced().size() == servers);
    assertNothingBad();
  }

  private Bundle bundle(String symbolicName) {
    for (Bundle bundle : context.getBundles()) {
      if (symbolicName.equals(bundle.getSymbolicName())) {
        return bundle;
      }
    }
    throw new AssertionError("no bundle " + symbolicName);
  }
}
