// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import rpmsg.core.DriverBundle;
import rpmsg.core.DriverBundle.Attempt;
import rpmsg.core.DriverBundle.Status;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgChannel;
import rpmsg.shell.internal.FakeChannel;

class DriverTablesTest {
  private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private static RpmsgChannel bound(String name, int dst, String driver) {
    return new FakeChannel(name, dst, null) {
      @Override
      public String driver() {
        return driver;
      }
    };
  }

  @Test
  void eachDriverHasItsIdsAndItsChannels() {
    List<DriverInfo> drivers =
        List.of(
            new DriverInfo("tty", List.of("rpmsg-tty", "rpmsg-tty-raw")),
            new DriverInfo("raw", List.of()));
    List<RpmsgChannel> channels =
        List.of(
            bound("rpmsg-tty", 1, "tty"),
            bound("rpmsg-tty\u001b", 2, "tty"),
            bound("lonely", 3, null));
    assertEquals(
        """
        DRIVER  IDS                       CHANNELS
        tty     rpmsg-tty, rpmsg-tty-raw  virtio0.rpmsg-tty.-1.1, virtio0.rpmsg-tty\\x1b.-1.2
        raw     -                         -
        """,
        DriverTables.drivers(drivers, channels).toString());
  }

  private static DriverBundle bundle(int id, Status status, Attempt attempt) {
    return new DriverBundle(id, "b", List.of("rpmsg:a", "rpmsg:b*"), status, attempt);
  }

  @Test
  void eachBundleSaysWhatBecameOfItAndWhy() {
    Attempt started = new Attempt("rpmsg:a\n", "it.a.-1.1", NOON, null);
    Attempt failed = new Attempt("rpmsg:b7", "it.b7.-1.2", NOON, "Boom: line\nline");
    List<DriverBundle> bundles =
        List.of(
            bundle(1, Status.ACTIVE, started),
            bundle(2, Status.ACTIVE, null),
            bundle(3, Status.READY, null),
            bundle(4, Status.FAILED, failed),
            bundle(5, Status.STOPPED, null),
            bundle(6, Status.NOT_ALLOWED, null),
            bundle(7, Status.OFF, null));
    assertEquals(
        """
        BUNDLE  ALIASES            STATE            WHY
        b [1]   rpmsg:a, rpmsg:b*  active           2026-11-25 12:00:00 for it.a.-1.1 (rpmsg:a\\x0a)
        b [2]   rpmsg:a, rpmsg:b*  active           -
        b [3]   rpmsg:a, rpmsg:b*  ready            -
        b [4]   rpmsg:a, rpmsg:b*  failed           2026-11-25 12:00:00 for it.b7.-1.2 (rpmsg:b7): Boom: line\\x0aline
        b [5]   rpmsg:a, rpmsg:b*  stopped by hand  until it is started or updated by hand
        b [6]   rpmsg:a, rpmsg:b*  not allowed      rpmsg.autoload: allow
        b [7]   rpmsg:a, rpmsg:b*  switched off     rpmsg.autoload: enabled
        """,
        DriverTables.bundles(bundles, ZoneOffset.UTC).toString());
  }
}
