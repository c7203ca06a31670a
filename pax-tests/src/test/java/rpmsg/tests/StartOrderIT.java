// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.util.ArrayList;
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
 * In whatever order the bundles start, a remote that announces the moment it sees DRIVER_OK loses
 * nothing, and never sees DRIVER_OK while nobody is bound at 53 (LX091 to LX093).
 *
 * <p>Bundles that start others would leave few orders to try, so nothing does here.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StartOrderIT {
  /** Those that start something: the others are only imported from. */
  private static final List<String> STARTED =
      Container.OURS.stream().filter(bundle -> !bundle.equals("rpmsg.syscall")).toList();

  @Inject private BundleContext context;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Test
  public void lx092_noAnnouncementIsLostInAnyStartOrder() throws Exception {
    try (Rig rig = new Rig(context)) {
      rig.autoload(false);
      for (int i = 0; i < 8; i++) {
        rig.remote.announce("service-" + i, 0x400 + i);
      }
      rig.awaitAllAnnounced();
      for (List<String> order : permutations(STARTED)) {
        stopAll(rig);
        for (String bundle : order) {
          rig.start(bundle);
        }
        rig.awaitAllAnnounced();
      }
      assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
    }
  }

  @Test
  public void lx093_noTransportIsReadyWithoutTheNameService() throws Exception {
    try (Rig rig = new Rig(context)) {
      rig.autoload(false);
      rig.remote.announce("early", 0x400);
      stopAll(rig);
      for (String bundle : STARTED) {
        if (!bundle.equals("rpmsg.ns")) {
          rig.start(bundle);
        }
      }
      Rig.await(
          () -> "the transport lays its link out",
          () -> !rig.references("rpmsg.core.TransportInfo", "(rpmsg.transport=it)").isEmpty());
      assertFalse(rig.ready());
      assertFalse(rig.remote.running());
      rig.start("rpmsg.ns");
      rig.awaitAllAnnounced();
    }
  }

  private static void stopAll(Rig rig) throws Exception {
    for (String bundle : STARTED.reversed()) {
      rig.stop(bundle);
    }
    Rig.await(() -> "the remote sees the reset", () -> !rig.remote.running());
    assertFalse(rig.ready());
    assertEquals(List.of(), rig.channels());
    assertEquals(List.of(), Rig.threads());
  }

  private static List<List<String>> permutations(List<String> items) {
    if (items.isEmpty()) {
      return List.of(List.of());
    }
    List<List<String>> all = new ArrayList<>();
    for (String first : items) {
      List<String> rest = new ArrayList<>(items);
      rest.remove(first);
      for (List<String> tail : permutations(rest)) {
        List<String> order = new ArrayList<>(List.of(first));
        order.addAll(tail);
        all.add(order);
      }
    }
    return all;
  }
}
