// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import static rpmsg.tests.guest.Services.BOUND;
import static rpmsg.tests.guest.Services.await;
import static rpmsg.tests.guest.Services.check;
import static rpmsg.tests.guest.Services.checkEquals;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.ServiceReference;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.BufferClaim;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** Channels of the kernel's bus as services, and what the control device does to that bus. */
final class BusCases {
  private final Services services;

  BusCases(Services services) {
    this.services = services;
  }

  void addTo(Map<String, Cases.Case> cases) {
    cases.put("appears", this::appears);
    cases.put("vanishes", this::vanishes);
    cases.put("internal", this::internal);
    cases.put("override", this::override);
    cases.put("endpoint", this::endpoint);
    cases.put("orphan", this::orphan);
    cases.put("component", this::component);
    cases.put("component-ends", this::componentEnds);
    cases.put("create-channel", this::createChannel);
    cases.put("release-channel", this::releaseChannel);
  }

  private String appears(List<String> arguments) {
    String name = arguments.get(0);
    long dst = Long.parseLong(arguments.get(1));
    RpmsgChannel channel = services.channel(name);
    ServiceReference<RpmsgChannel> reference =
        services.references(RpmsgChannel.class, "(rpmsg.name=" + name + ")").iterator().next();
    checkEquals("virtio0." + name + ".-1." + dst, channel.deviceName(), "device");
    checkEquals(channel.deviceName(), reference.getProperty("rpmsg.device"), "rpmsg.device");
    checkEquals(4294967295L, reference.getProperty("rpmsg.src"), "rpmsg.src");
    checkEquals(dst, reference.getProperty("rpmsg.dst"), "rpmsg.dst");
    checkEquals("virtio0", reference.getProperty("rpmsg.transport"), "rpmsg.transport");
    checkEquals("rpmsg:" + name, reference.getProperty("rpmsg.modalias"), "rpmsg.modalias");
    checkEquals(false, channel.announce(), "announce");
    check(channel.driver() == null, channel.driver());
    return channel.deviceName();
  }

  private String vanishes(List<String> arguments) {
    gone(RpmsgChannel.class, "(rpmsg.name=" + arguments.get(0) + ")");
    return arguments.get(0);
  }

  private void gone(Class<?> type, String filter) {
    await(() -> filter + " is there", () -> services.references(type, filter).isEmpty());
  }

  private String internal(List<String> arguments) {
    RpmsgChannel control = services.channel("rpmsg_ctrl");
    checkEquals("virtio0.rpmsg_ctrl.0.0", control.deviceName(), "control");
    checkEquals("rpmsg_ctrl", control.driver(), "driver");
    checkEquals(53, services.channel("rpmsg_ns").dst(), "name service");
    return control.driver();
  }

  private String override(List<String> arguments) {
    RpmsgChannel channel = services.channel(arguments.get(0));
    check(channel.driverOverride() == null, channel.driverOverride());
    channel.setDriverOverride("nobody");
    checkEquals("nobody", channel.driverOverride(), "override");
    channel.setDriverOverride(null);
    check(channel.driverOverride() == null, channel.driverOverride());
    return channel.deviceName();
  }

  private String endpoint(List<String> arguments) throws Exception {
    RpmsgChannel channel = services.channel(arguments.get(0));
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    RpmsgListener listener = message -> received.add(text(message));
    try (RpmsgEndpoint endpoint = channel.createEndpoint(4242, listener)) {
      checkEquals(4242, endpoint.address(), "address");
      Failures.expect(Errno.ENOSPC, () -> channel.createEndpoint(4242, listener));
      Failures.expect(Errno.EINVAL, () -> channel.createEndpoint(0x80000000, listener));
      endpoint.send(segment("send"));
      checkEquals("send", received.poll(BOUND.toSeconds(), TimeUnit.SECONDS), "echo");
      BufferClaim claim = endpoint.claim(5, endpoint.destination(), BOUND);
      claim.segment().copyFrom(segment("claim"));
      claim.publish();
      checkEquals("claim", received.poll(BOUND.toSeconds(), TimeUnit.SECONDS), "echo");
      check(endpoint.writable(), "writable");
      Failures.expect(Errno.ENXIO, () -> endpoint.sendTo(segment("x"), 7, Duration.ofSeconds(1)));
      Failures.expect(
          Errno.EINVAL,
          () -> endpoint.sendTo(segment("x"), RpmsgAddress.ANY, Duration.ofSeconds(1)));
      Failures.expect(Errno.EMSGSIZE, () -> endpoint.send(segment("x".repeat(497))));
      Failures.expect(Errno.EOPNOTSUPP, () -> endpoint.setFlowControl(true));
    }
    // The one that could not be opened goes when the address is free
    gone(EndpointDevice.class, "(rpmsg.src=4242)");
    return "4242";
  }

  private static String text(RpmsgMessage message) {
    return new String(message.toByteArray(), StandardCharsets.UTF_8);
  }

  private static MemorySegment segment(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  /** An endpoint whose channel goes is closed, and its listener is told. */
  private String orphan(List<String> arguments) throws Exception {
    BlockingQueue<RpmsgEndpoint> closed = new LinkedBlockingQueue<>();
    RpmsgListener listener =
        new RpmsgListener() {
          @Override
          public void onMessage(RpmsgMessage message) {}

          @Override
          public void onClosed(RpmsgEndpoint endpoint) {
            closed.add(endpoint);
          }
        };
    RpmsgChannel channel = services.channel(arguments.get(0));
    RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, listener);
    endpoint.send(segment("close your channel"));
    check(closed.poll(BOUND.toSeconds(), TimeUnit.SECONDS) == endpoint, "onClosed");
    check(!endpoint.isOpen() && !channel.isOpen(), "open");
    Failures.expect(Errno.EPIPE, () -> endpoint.send(segment("x")));
    Failures.expect(Errno.ENODEV, () -> channel.createEndpoint(RpmsgAddress.ANY, listener));
    return channel.deviceName();
  }

  private String component(List<String> arguments) {
    await(() -> "the component", () -> HelloComponent.ACTIVE.get() == 1);
    await(() -> "its answer", () -> "hello".equals(HelloComponent.ANSWER.get()));
    return HelloComponent.ANSWER.get();
  }

  private String componentEnds(List<String> arguments) {
    await(() -> "the component's end", () -> HelloComponent.ACTIVE.get() == 0);
    return "0";
  }

  private String createChannel(List<String> arguments) throws RpmsgException {
    ControlDevice control = services.control();
    ChannelInfo info = server(arguments);
    control.createChannel(info);
    Failures.expect(Errno.ENXIO, () -> control.createChannel(info));
    RpmsgChannel channel = services.one(RpmsgChannel.class, at(arguments));
    check(channel.announce(), "announce");
    return channel.deviceName();
  }

  private String releaseChannel(List<String> arguments) throws RpmsgException {
    ControlDevice control = services.control();
    control.releaseChannel(server(arguments));
    Failures.expect(Errno.EINVAL, () -> control.releaseChannel(server(arguments)));
    Failures.expect(
        Errno.EINVAL, () -> control.releaseChannel(new ChannelInfo("rpmsg_ctrl", 0, 0)));
    Failures.expect(Errno.EINVAL, () -> control.createChannel(new ChannelInfo("", 1, 2)));
    gone(RpmsgChannel.class, at(arguments));
    return arguments.get(0);
  }

  private static String at(List<String> arguments) {
    return "(&(rpmsg.name=rpmsg-raw)(rpmsg.src=" + arguments.get(0) + "))";
  }

  private static ChannelInfo server(List<String> arguments) {
    return new ChannelInfo("rpmsg-raw", Integer.parseInt(arguments.get(0)), RpmsgAddress.ANY);
  }
}
