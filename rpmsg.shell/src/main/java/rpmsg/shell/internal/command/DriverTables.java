// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static rpmsg.core.ChannelInfo.printable;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import rpmsg.core.DriverBundle;
import rpmsg.core.DriverBundle.Attempt;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgChannel;

/** Drivers, and bundles that load themselves, for people. */
final class DriverTables {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private DriverTables() {}

  /** The registered drivers with their ids and the channels that each is bound to. */
  static Table drivers(List<DriverInfo> drivers, List<RpmsgChannel> channels) {
    Table table = new Table("DRIVER", "IDS", "CHANNELS");
    for (DriverInfo driver : drivers) {
      table.row(
          printable(driver.name()),
          list(driver.ids()),
          list(
              channels.stream()
                  .filter(channel -> driver.name().equals(channel.driver()))
                  .map(RpmsgChannel::deviceName)
                  .toList()));
    }
    return table;
  }

  /** The bundles that declare aliases, and what became of each. */
  static Table bundles(List<DriverBundle> bundles, ZoneId zone) {
    Table table = new Table("BUNDLE", "ALIASES", "STATE", "WHY");
    for (DriverBundle bundle : bundles) {
      table.row(
          bundle.symbolicName() + " [" + bundle.id() + "]",
          list(bundle.aliases()),
          state(bundle.status()),
          why(bundle, zone));
    }
    return table;
  }

  private static String list(List<String> texts) {
    return texts.isEmpty()
        ? null
        : texts.stream().map(text -> printable(text)).collect(Collectors.joining(", "));
  }

  private static String state(DriverBundle.Status status) {
    return switch (status) {
      case ACTIVE -> "active";
      case READY -> "ready";
      case FAILED -> "failed";
      case STOPPED -> "stopped by hand";
      case NOT_ALLOWED -> "not allowed";
      case OFF -> "switched off";
    };
  }

  private static String why(DriverBundle bundle, ZoneId zone) {
    return switch (bundle.status()) {
      case ACTIVE, FAILED -> bundle.attempt() == null ? null : why(bundle.attempt(), zone);
      case STOPPED -> "until it is started or updated by hand";
      case NOT_ALLOWED -> "rpmsg.autoload: allow";
      case OFF -> "rpmsg.autoload: enabled";
      case READY -> null;
    };
  }

  private static String why(Attempt attempt, ZoneId zone) {
    String wanted =
        "%s for %s (%s)"
            .formatted(
                TIME.format(attempt.when().atZone(zone)),
                attempt.wantedBy(),
                printable(attempt.alias()));
    return attempt.failure() == null ? wanted : wanted + ": " + printable(attempt.failure());
  }
}
