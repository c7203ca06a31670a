// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgDriver;

/**
 * A registered driver with its name and id table.
 *
 * @param ids channel name to driver data, in the table's order; data is "" where none was given
 */
public record DriverEntry(String name, Map<String, String> ids, RpmsgDriver driver) {
  /** Reads {@code name} or {@code name=data} entries. */
  public static DriverEntry of(String name, Iterable<String> idTable, RpmsgDriver driver) {
    Map<String, String> ids = new LinkedHashMap<>();
    for (String id : idTable) {
      int equals = id.indexOf('=');
      String channel = equals < 0 ? id : id.substring(0, equals);
      ids.putIfAbsent(channel, equals < 0 ? "" : id.substring(equals + 1));
    }
    return new DriverEntry(name, ids, driver);
  }

  /** Linux's order: an override decides alone (LX041, LX042), then the id table (LX043, LX045). */
  boolean matches(Channel channel) {
    String override = channel.driverOverride();
    return override != null ? override.equals(name) : ids.containsKey(channel.name());
  }

  DriverInfo info() {
    return new DriverInfo(name, List.copyOf(ids.keySet()));
  }

  String dataFor(Channel channel) {
    return ids.get(channel.name());
  }
}
