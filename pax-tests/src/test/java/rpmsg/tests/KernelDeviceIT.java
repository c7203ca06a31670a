// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
import org.osgi.framework.BundleContext;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.TransportInfo.State;

/**
 * Two of our containers with the Linux kernel's RPMsg between them: one inside a User Mode Linux
 * guest, which uses the nodes under its /dev, and this one as the remote behind vhost-user. The
 * cases are those of {@link rpmsg.tests.guest.Cases}; what this side has counted is asserted here.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class KernelDeviceIT {
  /** The guest that can have our Java, as {@code kernel/get} knows it. */
  private static final String GUEST = "uml";

  private static final String MODULES =
      "modprobe virtio_rpmsg_bus && modprobe rpmsg_char && modprobe rpmsg_ctrl";

  @Inject private BundleContext context;

  private KernelLink link;
  private Guest guest;
  private GuestJvm jvm;

  @Configuration
  public Option[] configuration() {
    return new Option[] {
      Container.options(),
      Container.handDown("rpmsg.kernel.get"),
      Container.handDown("rpmsg.kernel.guest"),
      Container.handDown("rpmsg.kernel.required"),
      Container.handDown("rpmsg.jvm.options"),
      Container.handDown("rpmsg.test.classes")
    };
  }

  @Before
  public void boot() throws Exception {
    assumeTrue(
        "another guest is asked for", GUEST.equals(System.getProperty("rpmsg.kernel.guest")));
    Path folder = Guest.folderOrSkip(GUEST, getClass());
    link = new KernelLink(context, 0);
    guest = Guest.boot(folder, link.socket(), "mem=1500M");
    guest.run("dmesg -n 1; " + MODULES);
    link.awaitReady();
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

  private void start() throws IOException {
    jvm = GuestJvm.start(guest);
  }

  private String address(RpmsgEndpoint endpoint) {
    return Integer.toString(endpoint.address());
  }

  @Test
  public void lx170_lx171_lx172_channelsOfTheKernelsBusComeAndGoAsServices() throws Exception {
    start();
    jvm.run("internal");
    RpmsgEndpoint first = link.announceEcho("guest-a");
    RpmsgEndpoint second = link.announceEcho("guest-b");
    jvm.run("appears", "guest-a", address(first));
    jvm.run("appears", "guest-b", address(second));
    first.close();
    jvm.run("vanishes", "guest-a");
    jvm.run("override", "guest-b");
    jvm.run("endpoint", "guest-b");
    assertEquals("messages of the endpoint", 2, link.counter("received"));

    RpmsgEndpoint used = link.announceEcho("guest-component");
    assertEquals("hello", jvm.run("component"));
    used.close();
    jvm.run("component-ends");

    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    self.complete(link.announce("guest-orphan", message -> self.join().close()));
    jvm.run("orphan", "guest-orphan");

    jvm.run("create-channel", 5000);
    Rig.await(() -> "" + link.announced(), () -> link.announced().contains("rpmsg-raw@5000"));
    jvm.run("release-channel", 5000);
    Rig.await(() -> "" + link.announced(), () -> link.announced().isEmpty());
    link.assertNothingBad();
  }

  @Test
  public void
      lx147_lx148_lx149_lx151_lx152_lx153_lx154_lx158_lx161_lx163_nodesAreMadeOpenedUsedAndDestroyed()
          throws Exception {
    start();
    RpmsgEndpoint echo = link.announceEcho("guest-echo");
    jvm.run("pings", address(echo));
    assertEquals(497, link.counter("received"));
    assertEquals("one announcement, 497 echoes", 1 + 497, link.counter("sent"));
    jvm.run("open-close", address(echo));
    jvm.run("create-destroy", address(echo));
    assertEquals(497 + 200, link.counter("received"));
    jvm.run("datagrams", address(echo));
    jvm.run("busy", address(echo));
    jvm.run("taken", address(echo));
    link.assertNothingBad();
  }

  @Test
  public void lx145_lx146_lx165_lx167_theKernelRefusesWhatItDoesNotKnow() throws Exception {
    link.announceEcho("rpmsg-raw");
    start();
    jvm.run("raw");
    jvm.run("ioctls");
    jvm.run("numbers");
    guest.run("mv /dev/rpmsg0 /dev/kept && mknod /dev/rpmsg0 c 1 3");
    jvm.run("foreign", "/dev/rpmsg0");
    guest.run("rm /dev/rpmsg0 && mkfifo /dev/rpmsg0");
    jvm.run("foreign", "/dev/rpmsg0");
    guest.run("rm /dev/rpmsg0 && ln -s kept /dev/rpmsg0");
    jvm.run("foreign", "/dev/rpmsg0");
    guest.run("rm /dev/rpmsg0 && mv /dev/kept /dev/rpmsg0");
    jvm.run("raw");
    assertEquals("said once", 1, guest.count("/dev/rpmsg0 cannot be used"));
    link.assertNothingBad();
  }

  @Test
  public void lx155_lx156_threadsThatWaitInANodeAreWoken() throws Exception {
    start();
    RpmsgEndpoint echo = link.announceEcho("guest-echo");
    assertEquals("1000", jvm.run("many", address(echo), 1000));
    assertEquals(1000, link.counter("received"));
    jvm.run("close-wakes", address(echo), 10_000);
    jvm.run("destroy-wakes", address(echo));
    jvm.run("destroy-queued", address(echo));
    link.assertNothingBad();
  }

  @Test
  public void lx157_aWriterWaitsForAPeerThatDoesNotReadAndNothingIsLost() throws Exception {
    start();
    CountDownLatch reads = new CountDownLatch(1);
    RpmsgEndpoint slow = link.announceEcho("guest-slow", () -> assertTrueWithin(reads));
    String written = jvm.run("fill", address(slow));
    reads.countDown();
    jvm.run("drain", written);
    assertEquals(Long.parseLong(written) + 1, link.counter("received"));
    link.assertNothingBad();
  }

  private static void assertTrueWithin(CountDownLatch latch) {
    try {
      if (!latch.await(Guest.BOUND_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("not let go");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The guest has no way to connect again to a device whose process has gone. */
  @Test
  public void lx150_lx155_lx160_aLinkThatGoesIsFollowedAndComesBack() throws Exception {
    start();
    guest.run("cd /sys/bus/virtio/drivers/virtio_rpmsg_bus && device=$(basename virtio*)");
    for (int round = 1; round <= 3; round++) {
      jvm.run("block", address(link.announceEcho("guest-echo")));
      guest.run("echo $device > unbind");
      link.awaitState(State.CONNECTING);
      jvm.run("blocked-ended");
      guest.run("echo $device > bind");
      jvm.run("back", address(link.announceEcho("guest-echo")));
    }
    assertEquals(1 + 3, link.counter("links"));
    link.assertNothingBad();
  }

  @Test
  public void lx150_lx155_lx160_aRemoteThatIsKilledIsFollowed() throws Exception {
    start();
    jvm.run("block", address(link.announceEcho("guest-echo")));
    link.stop();
    jvm.run("blocked-ended");
    jvm.run("vanishes", "rpmsg_ctrl");
    link.start();
  }

  @Test
  public void aNodeWithoutRightsIsNamedOnceWithTheRuleThatHelps() throws Exception {
    link.announceEcho("rpmsg-raw");
    guest.run("chown 12345:12345 /dev/rpmsg* && chmod 600 /dev/rpmsg*");
    jvm = GuestJvm.withoutRights(guest);
    jvm.run("no-rights");
    guest.await("/dev/rpmsg_ctrl0 cannot be used");
    guest.await("/dev/rpmsg0 cannot be used");
    jvm.run("no-rights");
    assertEquals(1, guest.count("/dev/rpmsg0 cannot be used"));
    assertEquals(2, guest.count("KERNEL==\"rpmsg*\", SUBSYSTEM==\"rpmsg\""));
    guest.run("chmod 666 /dev/rpmsg0");
    jvm.run("rights");
    link.assertNothingBad();
  }
}
