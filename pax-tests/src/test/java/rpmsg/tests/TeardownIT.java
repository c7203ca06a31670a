// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/**
 * What goes leaves nothing behind: no thread, no service, no DRIVER_OK; and what comes back works
 * with all that the remote announces.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class TeardownIT {
  @Inject private BundleContext context;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  /** Something that takes the transport down and brings it back. */
  @FunctionalInterface
  private interface Event {
    void run(Rig rig) throws Exception;
  }

  @Test
  public void coreRefreshed() throws Exception {
    survives(rig -> rig.refresh("rpmsg.core"));
  }

  @Test
  public void coreUpdatedAndRefreshed() throws Exception {
    survives(rig -> {
      rig.update("rpmsg.core");
      // Who looks for 53 while the bus is being stopped finds nothing
      rig.awaitAllAnnounced();
      rig.refresh("rpmsg.core");
    });
  }

  @Test
  public void virtioUpdated() throws Exception {
    survives(rig -> rig.update("rpmsg.virtio"));
  }

  @Test
  public void virtioRestarted() throws Exception {
    survives(rig -> {
      rig.stop("rpmsg.virtio");
      assertGone(rig);
      rig.start("rpmsg.virtio");
    });
  }

  @Test
  public void configurationChanged() throws Exception {
    survives(rig -> rig.reconfigure(256));
  }

  @Test
  public void configurationDeleted() throws Exception {
    survives(rig -> {
      rig.unconfigure();
      Rig.await(() -> "gone", () -> !rig.remote.running() && Rig.threads().isEmpty());
      assertGone(rig);
      rig.configure();
    });
  }

  @Test
  public void remoteAsksForAReset() throws Exception {
    survives(rig -> rig.remote.restart());
  }

  private void survives(Event event) throws Exception {
    try (Rig rig = new Rig(context)) {
      for (int i = 0; i < 5; i++) {
        rig.remote.announce("service-" + i, 0x400 + i);
      }
      rig.awaitAllAnnounced();
      int sessions = rig.remote.sessions.get();
      event.run(rig);
      Rig.await(() -> "a new session", () -> rig.remote.sessions.get() > sessions);
      rig.awaitAllAnnounced();
      assertTrue("the remote saw the reset", rig.remote.resets.get() > 0);
      assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
      rig.unconfigure();
      Rig.await(() -> "the remote sees the reset", () -> !rig.remote.running());
      Rig.await(() -> "no thread " + Rig.threads(), () -> Rig.threads().isEmpty());
      assertGone(rig);
    }
  }

  private static void assertGone(Rig rig) {
    Rig.await(() -> "the remote sees the reset", () -> !rig.remote.running());
    Rig.await(() -> "no thread " + Rig.threads(), () -> Rig.threads().isEmpty());
    for (String type : List.of("rpmsg.core.TransportInfo", "rpmsg.core.RpmsgTransport")) {
      Rig.await(() -> "no " + type, () -> rig.references(type, "(rpmsg.transport=it)").isEmpty());
    }
    assertFalse(rig.ready());
    assertEquals(List.of(), rig.channels());
  }
}
