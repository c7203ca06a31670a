// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.shell.internal.echo.Echo;
import rpmsg.shell.internal.options.EchoOption;
import rpmsg.shell.internal.options.PingOption;
import rpmsg.shell.internal.options.Role;
import rpmsg.shell.internal.options.RunOptions;
import rpmsg.shell.internal.ping.PingRun;

/** One factory configuration that the options ask for. */
record FactoryConfiguration(String factoryPid, String name, Map<String, Object> properties) {
  static final String TRANSPORT_PID = "rpmsg.virtio";

  /** The transport that the options are about. */
  static final String TRANSPORT = "virtio0";

  /** The other side of a loopback. */
  static final String DEMO = "demo";

  /** What the demo remote echoes: the names that samples of Linux and OpenAMP look for. */
  static final List<String> DEMO_ECHOES =
      List.of("rpmsg-client-sample", "rpmsg-openamp-demo-channel", "rpmsg-raw");

  private static final String ANY_TRANSPORT = "*";

  /** All that {@code options} ask for: transports first. */
  static List<FactoryConfiguration> of(RunOptions options) {
    List<FactoryConfiguration> all = new ArrayList<>();
    if (options.conf() == null) {
      all.add(transport(options, TRANSPORT, options.role(), options.index()));
    }
    if (options.conf() == null && options.loopback()) {
      all.add(transport(options, DEMO, options.role().opposite(), 1 - options.index()));
      DEMO_ECHOES.forEach(name -> all.add(echo(all.size(), name, EchoOption.ANY, DEMO)));
    }
    String transport = options.conf() == null ? TRANSPORT : ANY_TRANSPORT;
    options.echoes().forEach(e -> all.add(echo(all.size(), e.name(), e.address(), transport)));
    options.pings().forEach(p -> all.add(ping(all.size(), p, transport)));
    return List.copyOf(all);
  }

  private static FactoryConfiguration transport(
      RunOptions options, String name, Role role, int index) {
    String link = options.loopback() ? "loopback:" + DEMO : options.link();
    return new FactoryConfiguration(
        TRANSPORT_PID,
        name,
        Map.of(
            "name", name,
            "role", role.word(),
            "link", link,
            "doorbell", options.doorbell(),
            "index", index,
            "alwaysKick", options.alwaysKick(),
            "noStatus", options.noStatus(),
            "connect", options.connect(),
            "reannounce", options.reannounce().toSeconds()));
  }

  private static FactoryConfiguration echo(
      int number, String name, String address, String transport) {
    return new FactoryConfiguration(
        Echo.PID, "run" + number, Map.of("name", name, "address", address, "transport", transport));
  }

  private static FactoryConfiguration ping(int number, PingOption ping, String transport) {
    return new FactoryConfiguration(
        PingRun.PID,
        "run" + number,
        Map.of(
            "name", ping.name(),
            "count", ping.count(),
            "size", ping.size(),
            "transport", transport));
  }

  /** Creates it, or brings the one that is there up to date. */
  void update(ConfigurationAdmin admin) throws IOException {
    admin
        .getFactoryConfiguration(factoryPid, name, "?")
        .updateIfDifferent(new Hashtable<>(properties));
  }
}
