// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;
import rpmsg.core.TransportInfo.State;
import rpmsg.shell.internal.options.OptionParser;
import rpmsg.shell.internal.options.RunOptions;
import rpmsg.shell.internal.ping.PingService;

class ObservationTest {
  private record Info(String name, State state, String reason, boolean misconfigured, long received)
      implements TransportInfo {
    @Override
    public RpmsgTransport transport() {
      return null;
    }

    @Override
    public Map<String, Long> counters() {
      return Map.of("received", received);
    }

    @Override
    public void dump(Appendable out) {}
  }

  private record Done(boolean done, String complaint) implements PingService {}

  private static final Info UP = new Info("virtio0", State.READY, "", false, 3);
  private static final Info DEMO = new Info("demo", State.READY, "", false, 100);

  private static Observation of(String options, List<TransportInfo> infos, PingService... pings)
      throws Exception {
    RunOptions parsed =
        OptionParser.parse(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    return Observation.of(parsed, infos, List.of(pings));
  }

  @Test
  void theLinkIsUpWhenBothSidesAre() throws Exception {
    Info waiting = new Info("demo", State.WAITING, "no name service", false, 0);
    assertTrue(of("", List.of(UP, DEMO)).up());
    assertFalse(of("", List.of(UP, waiting)).up());
    assertEquals("no name service", of("", List.of(UP, waiting)).reason());
    assertFalse(of("", List.of()).up());
  }

  @Test
  void onlyMessagesOfTheUsersTransportCount() throws Exception {
    Info foreign = new Info("virtio7", State.READY, "", false, 1000);
    assertEquals(3, of("", List.of(UP, DEMO, foreign)).received());
    assertEquals(1003, of("--conf d", List.of(UP, foreign)).received());
  }

  @Test
  void misconfigurationComesFirst() throws Exception {
    Info waiting = new Info("demo", State.WAITING, "waits", false, 0);
    Info wrong = new Info("virtio0", State.CONNECTING, "is a directory", true, 0);
    Observation seen = of("", List.of(waiting, wrong));
    assertTrue(seen.misconfigured());
    assertEquals("is a directory", seen.reason());
  }

  @Test
  void aPingThatIsNotYetThereIsPending() throws Exception {
    assertTrue(of("--ping a:1:1", List.of(UP)).pending());
    assertTrue(of("--ping a:1:1", List.of(UP), new Done(false, "runs")).pending());
    assertFalse(of("--ping a:1:1", List.of(UP), new Done(true, null)).pending());
  }

  @Test
  void theFirstComplaintIsKept() throws Exception {
    Observation seen =
        of("", List.of(UP), new Done(true, null), new Done(true, "b"), new Done(true, "c"));
    assertEquals("b", seen.complaint());
  }
}
