// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

class VhostKeysTest {

  private static VirtioComponent.Config config(Object... keys) {
    Map<String, Object> given = new HashMap<>();
    for (int i = 0; i < keys.length; i += 2) {
      given.put((String) keys[i], keys[i + 1]);
    }
    return (VirtioComponent.Config)
        Proxy.newProxyInstance(
            VhostKeysTest.class.getClassLoader(),
            new Class<?>[] {VirtioComponent.Config.class},
            (proxy, method, none) ->
                given.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  private static VirtioComponent.Config vhost(String key, Object value) {
    return config("link", "vhost-user:/run/s", key, value);
  }

  private static LinkOptions applied(Role role, VirtioComponent.Config config) {
    return VhostKeys.apply(config, role, LinkOptions.DEFAULT);
  }

  private static String refusal(Role role, VirtioComponent.Config config) {
    return assertThrows(IllegalArgumentException.class, () -> applied(role, config)).getMessage();
  }

  @Test
  void aRemoteListensUnlessToldToConnectAndAHostConnects() {
    assertFalse(applied(Role.REMOTE, vhost("connect", false)).vhost().connect());
    assertTrue(applied(Role.REMOTE, vhost("connect", true)).vhost().connect());
    assertFalse(applied(Role.REMOTE, vhost("connect", true)).vhost().frontEnd());
    assertTrue(applied(Role.HOST, vhost("connect", false)).vhost().connect());
    assertTrue(applied(Role.HOST, vhost("connect", false)).vhost().frontEnd());
  }

  @Test
  void protocolFeaturesAreWords() {
    assertEquals(
        Set.of(VhostFeature.REPLY_ACK, VhostFeature.BACKEND_REQ),
        applied(Role.REMOTE, vhost("name", "x")).vhost().protocol());
    assertEquals(
        Set.of(VhostFeature.INFLIGHT, VhostFeature.MEM_SLOTS),
        applied(Role.REMOTE, vhost("vhostProtocol", new String[] {"inflight", " mem-slots"}))
            .vhost()
            .protocol());
    assertEquals(
        "rpmsg.virtio: vhostProtocol: 'packed' is no protocol feature: there are mq reply-ack"
            + " backend-req config inflight reset-device inband mem-slots status",
        refusal(Role.REMOTE, vhost("vhostProtocol", new String[] {"packed"})));
    assertEquals(
        "inband needs reply-ack and backend-req",
        refusal(Role.REMOTE, vhost("vhostProtocol", new String[] {"inband", "reply-ack"})));
  }

  @Test
  void keysOfOtherLinksAreRefused() {
    for (Role role : Role.values()) {
      assertEquals(
          "rpmsg.virtio: noStatus does not go with vhost-user: leave it out",
          refusal(role, vhost("noStatus", true)));
      assertEquals(
          "rpmsg.virtio: index does not go with vhost-user: leave it out",
          refusal(role, vhost("index", 1)));
      assertEquals(
          "rpmsg.virtio: doorbell does not go with vhost-user: leave it out",
          refusal(role, vhost("doorbell", "poll")));
      assertEquals(
          "rpmsg.virtio: alwaysKick does not go with vhost-user: leave it out",
          refusal(role, vhost("alwaysKick", true)));
    }
  }

  @Test
  void keysOfVhostUserAreRefusedElsewhere() {
    assertSame(LinkOptions.DEFAULT, applied(Role.HOST, config("link", "shm:/x")));
    assertEquals(
        "rpmsg.virtio: connect needs a vhost-user link",
        refusal(Role.REMOTE, config("link", "shm:/x", "connect", true)));
    assertEquals(
        "rpmsg.virtio: offerBufferSize needs a vhost-user link",
        refusal(Role.REMOTE, config("offerBufferSize", true)));
  }

  @Test
  void bufferSizesAreOfferedInTheConfigurationSpaceOnlyWhenAskedFor() {
    assertEquals(1, applied(Role.REMOTE, vhost("bufferSize", 1024)).features());
    assertEquals(0, applied(Role.REMOTE, vhost("bufferSize", 1024)).config().length);
    LinkOptions offering =
        applied(
            Role.REMOTE,
            config(
                "link",
                "vhost-user:/run/s",
                "offerBufferSize",
                true,
                "bufferSize",
                1024,
                "vhostProtocol",
                new String[] {"reply-ack", "backend-req", "config"}));
    assertEquals(3, offering.features());
    assertArrayEquals(new byte[] {1, 11, 0, 0, 4, 0, 0, 0, 4, 0, 0}, offering.config());
    assertEquals(
        "rpmsg.virtio: offerBufferSize needs the word config in vhostProtocol",
        refusal(Role.REMOTE, vhost("offerBufferSize", true)));
    assertEquals(
        "rpmsg.virtio: offerBufferSize is for role remote",
        refusal(Role.HOST, vhost("offerBufferSize", true)));
  }
}
