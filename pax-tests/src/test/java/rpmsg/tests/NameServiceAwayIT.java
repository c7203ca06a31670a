// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.osgi.framework.ServiceReference;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;

/**
 * The name service bundle is stopped, updated and refreshed while announcements and data flow: none
 * is lost, their order is kept, data goes on, and the remote is not reset.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class NameServiceAwayIT {
  @Inject private BundleContext context;

  private Rig rig;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Before
  public void up() throws Exception {
    rig = new Rig(context);
    rig.remote.announce("first", 0x400);
    rig.awaitAllAnnounced();
  }

  @After
  public void down() throws Exception {
    rig.start("rpmsg.ns");
    rig.close();
  }

  @Test
  public void announcementsWhileItIsStoppedAreHandledLaterAndInOrder() throws Exception {
    rig.stop("rpmsg.ns");
    assertFalse("readiness is withdrawn at once", rig.ready());
    for (int i = 0; i < 200; i++) {
      rig.remote.announce("while-away-" + i, 0x500 + i);
    }
    rig.remote.withdraw(0x500);
    Rig.await(() -> "all is in the ring", rig.remote::quiet);
    assertEquals("only what came before", 1, rig.channels().size());
    rig.start("rpmsg.ns");
    rig.awaitAllAnnounced();
    assertNotReset();
  }

  @Test
  public void moreThanIsKeptParksTheLinkAndNothingIsLost() throws Exception {
    rig.stop("rpmsg.ns");
    for (int i = 0; i < 1000; i++) {
      rig.remote.announce("many-" + i, 0x1000 + i);
      if (i % 10 != 0) {
        rig.remote.withdraw(0x1000 + i);
      }
    }
    Rig.await(() -> "the ring is full", () -> rig.remote.sent.get() > 1200);
    assertFalse("the remote cannot send all of it", rig.remote.quiet());
    rig.start("rpmsg.ns");
    rig.awaitAllAnnounced();
    assertNotReset();
  }

  @Test
  public void announcementsFlowWhileItIsStoppedUpdatedAndRefreshed() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread announcer =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              for (int i = 0; i < 700 && !done.get(); i++) {
                rig.remote.announce("flow-" + i, 0x2000 + i);
                Rig.await(() -> "taken", rig.remote::quiet);
              }
            });
    for (int i = 0; i < 20; i++) {
      rig.stop("rpmsg.ns");
      rig.start("rpmsg.ns");
      rig.update("rpmsg.ns");
      rig.refresh("rpmsg.ns");
    }
    announcer.join(Duration.ofSeconds(Rig.BOUND_SECONDS));
    assertFalse(announcer.isAlive());
    rig.awaitAllAnnounced();
    assertNotReset();
  }

  @Test
  public void dataOfOtherEndpointsFlowsMeanwhile() throws Exception {
    ServiceReference<RpmsgTransport> reference =
        context
            .getServiceReferences(RpmsgTransport.class, "(rpmsg.transport=it)")
            .iterator()
            .next();
    RpmsgTransport transport = context.getService(reference);
    BlockingQueue<Integer> echoes = new LinkedBlockingQueue<>();
    try (RpmsgEndpoint endpoint =
        transport.createEndpoint(RpmsgAddress.ANY, m -> echoes.add((int) m.toByteArray()[0]))) {
      rig.stop("rpmsg.ns");
      for (int i = 0; i < 100; i++) {
        MemorySegment payload = MemorySegment.ofArray(new byte[] {(byte) i});
        Rig.await(() -> "a free buffer", () -> trySend(endpoint, payload));
        assertEquals((Integer) i, echoes.poll(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
      }
      assertFalse(rig.ready());
      rig.start("rpmsg.ns");
      rig.awaitAllAnnounced();
      assertTrue("the endpoint outlived the name service", endpoint.isOpen());
    }
    assertNotReset();
  }

  private static boolean trySend(RpmsgEndpoint endpoint, MemorySegment payload) {
    try {
      return endpoint.trySendTo(payload, RawRemote.ECHO) == SendResult.SENT;
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertNotReset() {
    assertEquals("sessions", 1, rig.remote.sessions.get());
    assertEquals("resets", 0, rig.remote.resets.get());
    assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
  }
}
