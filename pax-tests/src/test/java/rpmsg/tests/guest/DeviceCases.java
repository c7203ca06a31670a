// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import static rpmsg.tests.guest.Services.BOUND;
import static rpmsg.tests.guest.Services.await;
import static rpmsg.tests.guest.Services.check;
import static rpmsg.tests.guest.Services.checkEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.Fd;

/** Endpoint nodes that are made, opened, used and destroyed. */
final class DeviceCases {
  private static final int MTU = 496;

  private final Services services;

  DeviceCases(Services services) {
    this.services = services;
  }

  void addTo(Map<String, Cases.Case> cases) {
    cases.put("pings", this::pings);
    cases.put("datagrams", this::datagrams);
    cases.put("open-close", this::openClose);
    cases.put("create-destroy", this::createDestroy);
    cases.put("busy", this::busy);
    cases.put("taken", this::taken);
    cases.put("raw", this::raw);
    cases.put("foreign", this::foreign);
    cases.put("no-rights", this::noRights);
    cases.put("rights", this::rights);
  }

  /** A device that talks to the address in the first argument. */
  static EndpointDevice device(Services services, List<String> arguments) throws RpmsgException {
    ControlDevice control = services.control();
    EndpointDevice device =
        control.createEndpoint(
            new ChannelInfo("case", RpmsgAddress.ANY, Integer.parseInt(arguments.get(0))));
    String filter = "(rpmsg.node=" + device.name() + ")";
    check(services.all(EndpointDevice.class, filter).contains(device), "no service " + filter);
    return device;
  }

  /** One message of a size there and back. */
  static void ping(EndpointChannel channel, int size) throws IOException {
    ByteBuffer sent = ByteBuffer.allocate(size);
    for (int i = 0; i < size; i++) {
      sent.put(i, (byte) (size + 7 * i));
    }
    checkEquals(size, channel.write(sent, BOUND), "written");
    ByteBuffer received = ByteBuffer.allocateDirect(MTU + 1);
    checkEquals(size, channel.read(received, BOUND), "read");
    checkEquals(sent.flip(), received.flip(), "bytes of " + size);
  }

  private String pings(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    try (EndpointChannel channel = device.open()) {
      for (int size = 0; size <= MTU; size++) {
        ping(channel, size);
      }
      Failures.expect(Errno.EMSGSIZE, () -> channel.write(ByteBuffer.allocate(MTU + 1)));
      Failures.expect(Errno.EAGAIN, () -> channel.read(ByteBuffer.allocate(MTU), Duration.ZERO));
      check(!channel.outgoingFlowPaused(), "paused");
      Failures.expect(Errno.EOPNOTSUPP, () -> channel.pauseIncomingFlow(true));
    }
    checkEquals(new EndpointDevice.Counters(497, 497, 0, 0), device.counters(), "counters");
    device.destroy();
    device.destroy();
    Failures.expect(Errno.EPIPE, device::open);
    return "497";
  }

  private String datagrams(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    try (EndpointChannel channel = device.open()) {
      for (String text : List.of("abcdef", "", "xyz")) {
        channel.write(bytes(text), BOUND);
      }
      checkEquals("abc", read(channel, 3), "a message that does not fit");
      checkEquals("", read(channel, 3), "an empty one");
      checkEquals("xyz", read(channel, 16), "the next");
      channel.write(bytes("left"), BOUND);
      await(() -> "no echo", () -> channel.poll().contains(Readiness.READABLE));
    }
    try (EndpointChannel channel = device.open()) {
      Failures.expect(Errno.EAGAIN, () -> channel.read(ByteBuffer.allocate(16), Duration.ZERO));
    }
    device.destroy();
    EndpointDevice nowhere = device(services, List.of("-1"));
    try (EndpointChannel channel = nowhere.open()) {
      Failures.expect(Errno.EINVAL, () -> channel.write(bytes("x"), BOUND));
    }
    nowhere.destroy();
    return device.name();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(EndpointChannel channel, int room) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(room);
    channel.read(target, BOUND);
    return StandardCharsets.US_ASCII.decode(target.flip()).toString();
  }

  private String openClose(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    long before = descriptors();
    int ours = Fd.open();
    for (int i = 1; i <= 100; i++) {
      try (EndpointChannel channel = device.open()) {
        ping(channel, i);
      }
    }
    awaitThreadGone();
    checkEquals(ours, Fd.open(), "our descriptors");
    checkEquals(before, descriptors(), "descriptors");
    device.destroy();
    return "100";
  }

  private String createDestroy(List<String> arguments) throws Exception {
    int nodes = nodes();
    long before = descriptors();
    for (int i = 1; i <= 100; i++) {
      EndpointDevice device = device(services, arguments);
      try (EndpointChannel channel = device.open()) {
        ping(channel, i);
      }
      device.destroy();
    }
    checkEquals(nodes, nodes(), "nodes");
    awaitThreadGone();
    checkEquals(before, descriptors(), "descriptors");
    return "100";
  }

  private int nodes() {
    return services.all(EndpointDevice.class, "(rpmsg.node=/dev/rpmsg*)").size();
  }

  /** The thread that waits for nodes ends, and its own descriptor with it, when none is open. */
  private static void awaitThreadGone() {
    await(
        () -> "the thread is there",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("rpmsg-kernel-poll")));
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private String busy(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    try (EndpointChannel first = device.open()) {
      Failures.expect(Errno.EBUSY, device::open);
      ping(first, 8);
    }
    device.open().close();
    device.destroy();
    return device.name();
  }

  private String taken(List<String> arguments) throws Exception {
    ChannelInfo info = new ChannelInfo("taken", 4711, Integer.parseInt(arguments.get(0)));
    EndpointDevice one = services.control().createEndpoint(info);
    EndpointDevice other = services.control().createEndpoint(info);
    check(!one.name().equals(other.name()), "one node for two");
    checkEquals(info, other.info(), "info");
    checkEquals(2, services.all(EndpointDevice.class, "(rpmsg.src=4711)").size(), "services");
    try (EndpointChannel channel = one.open()) {
      checkEquals(4711, channel.address(), "address");
      Failures.expect(Errno.EINVAL, other::open);
    }
    other.open().close();
    one.destroy();
    other.destroy();
    return one.name() + " " + other.name();
  }

  private String raw(List<String> arguments) throws Exception {
    EndpointDevice device = services.device("rpmsg-raw");
    Failures.expect(Errno.EINVAL, device::destroy);
    try (EndpointChannel channel = device.open()) {
      ping(channel, 33);
      Failures.expect(Errno.EINVAL, device::destroy);
      ping(channel, 34);
    }
    check(device.exists(), "exists");
    return device.name() + " at " + device.info().src();
  }

  /** Something else is in the place of the device in the first argument. */
  private String foreign(List<String> arguments) {
    EndpointDevice device =
        services.one(EndpointDevice.class, "(rpmsg.node=" + arguments.get(0) + ")");
    Failures.expect(Errno.ENOTTY, device::open);
    return device.name();
  }

  private String noRights(List<String> arguments) {
    ControlDevice control = services.control();
    Failures.expect(
        Errno.EACCES, () -> control.createEndpoint(new ChannelInfo("mine", 4000, 4000)));
    EndpointDevice device = services.device("rpmsg-raw");
    Failures.expect(Errno.EACCES, device::open);
    return control.name() + " " + device.name();
  }

  /** Rights that come later are used without further ado. */
  private String rights(List<String> arguments) throws Exception {
    EndpointDevice device = services.device("rpmsg-raw");
    try (EndpointChannel channel = device.open()) {
      ping(channel, 33);
    }
    return device.name();
  }
}
