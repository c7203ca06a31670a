// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rpmsg.shell.internal.options.OptionParser;
import rpmsg.shell.internal.options.UsageException;

class FactoryConfigurationTest {
  private static List<FactoryConfiguration> of(String... options) throws UsageException {
    return FactoryConfiguration.of(OptionParser.parse(List.of(options)));
  }

  @Test
  void aLoopbackHasADemoRemoteWithItsEchoes() throws Exception {
    List<FactoryConfiguration> all = of();
    assertEquals(
        Map.of(
            "name",
            "virtio0",
            "role",
            "host",
            "link",
            "loopback:demo",
            "doorbell",
            "local",
            "index",
            0,
            "alwaysKick",
            false,
            "noStatus",
            false,
            "connect",
            false,
            "reannounce",
            0L),
        all.get(0).properties());
    assertEquals("demo", all.get(1).name());
    assertEquals("remote", all.get(1).properties().get("role"));
    assertEquals(1, all.get(1).properties().get("index"));
    assertEquals(
        List.of("rpmsg-client-sample", "rpmsg-openamp-demo-channel", "rpmsg-raw"),
        all.subList(2, 5).stream().map(echo -> echo.properties().get("name")).toList());
    all.subList(2, 5).forEach(e -> assertEquals("demo", e.properties().get("transport")));
  }

  @Test
  void theDemoHasTheOtherRole() throws Exception {
    assertEquals("host", of("--role", "remote").get(1).properties().get("role"));
  }

  @Test
  void aSharedMemoryLinkHasOneTransport() throws Exception {
    List<FactoryConfiguration> all =
        of("--link", "shm:/dev/shm/x", "--index", "1", "--echo", "a@0x500", "--ping", "b:3:4");
    assertEquals(3, all.size());
    assertEquals("rpmsg.virtio", all.get(0).factoryPid());
    assertEquals("shm:/dev/shm/x", all.get(0).properties().get("link"));
    assertEquals("poll", all.get(0).properties().get("doorbell"));
    assertEquals("rpmsg.echo", all.get(1).factoryPid());
    assertEquals(
        Map.of("name", "a", "address", "0x500", "transport", "virtio0"), all.get(1).properties());
    assertEquals("rpmsg.ping", all.get(2).factoryPid());
    assertEquals(
        Map.of("name", "b", "count", 3, "size", 4, "transport", "virtio0"),
        all.get(2).properties());
  }

  @Test
  void twoEchoesOfOneNameAreTwoConfigurations() throws Exception {
    List<FactoryConfiguration> all = of("--link", "shm:x", "--echo", "a", "--echo", "a");
    assertEquals(2, all.subList(1, 3).stream().map(FactoryConfiguration::name).distinct().count());
  }

  @Test
  void withAFolderTheFilesSayWhatTransportsThereAre() throws Exception {
    List<FactoryConfiguration> all = of("--conf", "d", "--echo", "a");
    assertEquals(List.of("rpmsg.echo"), all.stream().map(c -> c.factoryPid()).toList());
    assertEquals("*", all.getFirst().properties().get("transport"));
  }
}
