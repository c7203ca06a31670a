// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import static rpmsg.tests.guest.Services.check;
import static rpmsg.tests.guest.Services.checkEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import rpmsg.syscall.CharDevice;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.NotTheDeviceException;

/** What the kernel answers to ioctls that nobody makes through the services. */
final class SystemCallCases {
  private static final int CREATE_EPT = 0x4028b501;
  private static final int DESTROY_EPT = 0xb502;
  private static final int UNKNOWN = 0x4028b563;
  private static final long BAD_POINTER = 8;

  void addTo(Map<String, Cases.Case> cases) {
    cases.put("ioctls", this::ioctls);
    cases.put("numbers", this::numbers);
  }

  private static CharDevice open(String name) throws IOException {
    return CharDevice.open(Path.of("/dev", name), number(name));
  }

  private static CharDevice.Number number(String name) throws IOException {
    String[] dev = Files.readString(Path.of("/sys/class/rpmsg", name, "dev")).strip().split(":");
    return new CharDevice.Number(Integer.parseInt(dev[0]), Integer.parseInt(dev[1]));
  }

  private static void expect(String errno, Failures.Call call) {
    Exception failed = Failures.of(call);
    check(failed instanceof ErrnoException e && e.errnoName().equals(errno), errno + ", " + failed);
  }

  private String ioctls(List<String> arguments) throws Exception {
    try (CharDevice control = open("rpmsg_ctrl0");
        Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(40, 4);
      expect("EINVAL", () -> control.ioctl(UNKNOWN, info));
      expect("EFAULT", () -> control.ioctl(UNKNOWN, BAD_POINTER));
      expect("EFAULT", () -> control.ioctl(CREATE_EPT, BAD_POINTER));
      info.copyFrom(MemorySegment.ofArray("raw-call".getBytes(StandardCharsets.US_ASCII)));
      info.set(ValueLayout.JAVA_INT, 32, 4800);
      info.set(ValueLayout.JAVA_INT, 36, 4801);
      control.ioctl(CREATE_EPT, info);
    }
    String made = madeNode();
    checkEquals("4800", attribute(made, "src"), "src");
    checkEquals("4801", attribute(made, "dst"), "dst");
    try (CharDevice endpoint = open(made);
        Arena arena = Arena.ofConfined()) {
      expect("EINVAL", () -> endpoint.ioctl(UNKNOWN, arena.allocate(40)));
      checkEquals(CharDevice.WOULD_BLOCK, endpoint.read(arena.allocate(1)), "empty");
      endpoint.ioctl(DESTROY_EPT, 0);
      expect("EPIPE", () -> endpoint.read(arena.allocate(1)));
    }
    return made;
  }

  private static String madeNode() throws IOException {
    try (var nodes = Files.list(Path.of("/sys/class/rpmsg"))) {
      for (Path node : nodes.toList()) {
        Path name = node.resolve("name");
        if (Files.exists(name) && Files.readString(name).equals("raw-call\n")) {
          return node.getFileName().toString();
        }
      }
    }
    throw new AssertionError("no node of that name");
  }

  private static String attribute(String node, String name) throws IOException {
    return Files.readString(Path.of("/sys/class/rpmsg", node, name)).strip();
  }

  /** Control and endpoint nodes have majors of their own, and are not taken for each other. */
  private String numbers(List<String> arguments) throws Exception {
    CharDevice.Number control = number("rpmsg_ctrl0");
    CharDevice.Number endpoint = number("rpmsg0");
    check(control.major() != endpoint.major(), control + " and " + endpoint);
    Exception failed = Failures.of(() -> CharDevice.check(Path.of("/dev/rpmsg_ctrl0"), endpoint));
    check(failed instanceof NotTheDeviceException, failed);
    return control + " " + endpoint;
  }
}
