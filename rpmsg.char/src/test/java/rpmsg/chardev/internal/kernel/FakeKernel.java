// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.CharDevice;

/**
 * A kernel with RPMsg as far as sysfs and nodes show it: a tree of files, and nodes that are {@link
 * FakeNode}s. One transport, {@code virtio0}.
 */
final class FakeKernel implements Node.Opener {
  final Path sys;
  final Path dev;
  final List<String> ioctls = new CopyOnWriteArrayList<>();

  /** What opening a node leads to, and asking for rights. */
  final Map<String, Errno> refusals = new ConcurrentHashMap<>();

  /** How often rights are still missing, because udev has not been there. */
  final AtomicInteger missingRights = new AtomicInteger();

  final Map<String, FakeNode> open = new ConcurrentHashMap<>();

  /** Runs in place of making a node. */
  volatile Runnable insteadOfCreating;

  private final Path device;
  private int nextNode;

  FakeKernel(Path folder) throws IOException {
    sys = folder.resolve("sys");
    dev = folder.resolve("dev");
    device = sys.resolve("devices/platform/virtio-uml.0/virtio0");
    Files.createDirectories(dev);
    Files.createDirectories(sys.resolve("bus/rpmsg/devices"));
    Files.createDirectories(sys.resolve("class/rpmsg"));
    Files.createDirectories(device);
  }

  /** A channel, with its default name. */
  String channel(String name, int src, int dst) {
    return channel("virtio0." + name + "." + src + "." + dst, name, src, dst);
  }

  String channel(String entry, String name, int src, int dst) {
    Path place = device.resolve(entry);
    attributes(
        place,
        Map.of(
            "name", name + "\n",
            "src", "0x" + Integer.toHexString(src) + "\n",
            "dst", "0x" + Integer.toHexString(dst) + "\n",
            "announce", (src == -1 ? "false" : "true") + "\n",
            "driver_override", "(null)\n"));
    link(sys.resolve("bus/rpmsg/devices").resolve(entry), place);
    return entry;
  }

  /** The control channel and its node. */
  void control() {
    Path place = device.resolve(channel("rpmsg_ctrl", 0, 0)).resolve("rpmsg/rpmsg_ctrl0");
    attributes(place, Map.of("dev", "240:0\n"));
    link(sys.resolve("class/rpmsg/rpmsg_ctrl0"), place);
  }

  /** An endpoint node that the control node made. */
  String node(ChannelInfo info) {
    return node("virtio0.rpmsg_ctrl.0.0/rpmsg/rpmsg_ctrl0", info);
  }

  synchronized String node(String below, ChannelInfo info) {
    String name = "rpmsg" + nextNode++;
    Path place = device.resolve(below).resolve(name);
    attributes(
        place,
        Map.of(
            "name", info.name() + "\n",
            "src", info.src() + "\n",
            "dst", info.dst() + "\n",
            "dev", "241:" + (nextNode - 1) + "\n"));
    link(sys.resolve("class/rpmsg").resolve(name), place);
    return name;
  }

  /** Takes a channel or node away, with what is below it. */
  void remove(String entry) {
    for (String folder : List.of("bus/rpmsg/devices", "class/rpmsg")) {
      Path link = sys.resolve(folder).resolve(entry);
      if (Files.exists(link)) {
        delete(link);
      }
    }
  }

  /** What was there is kept aside, so that what comes in its place is not given its number. */
  private void delete(Path link) {
    try {
      Path place = link.toRealPath();
      Files.delete(link);
      Files.move(place, Files.createTempDirectory(sys, "gone").resolve("entry"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path attribute(String channel, String name) {
    return sys.resolve("bus/rpmsg/devices").resolve(channel).resolve(name);
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void attributes(Path place, Map<String, String> attributes) {
    try {
      Files.createDirectories(place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    attributes.forEach((name, text) -> write(place.resolve(name), text));
  }

  private static void link(Path at, Path place) {
    try {
      Files.createSymbolicLink(at, place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Node open(Path path, CharDevice.Number number) throws RpmsgException {
    String name = path.getFileName().toString();
    check(name);
    FakeNode node = new FakeNode(this, name);
    if (!name.startsWith("rpmsg_ctrl") && open.putIfAbsent(name, node) != null) {
      node.close();
      throw new RpmsgException(Errno.EBUSY, "open " + path);
    }
    return node;
  }

  @Override
  public boolean permitted(Path path, CharDevice.Number number) throws RpmsgException {
    Errno refused = refusals.get(path.getFileName().toString());
    if (refused == Errno.EACCES || missingRights.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      return false;
    }
    check(path.getFileName().toString());
    return true;
  }

  private void check(String name) throws RpmsgException {
    Errno refused = refusals.get(name);
    if (refused != null) {
      throw new RpmsgException(refused, "open " + name);
    }
    if (!Files.exists(sys.resolve("class/rpmsg").resolve(name))) {
      throw new RpmsgException(Errno.ENOENT, "open " + name);
    }
  }

  void ioctl(String node, int request, MemorySegment argument) {
    ChannelInfo info = info(argument);
    if (request == Ioctl.HERE.createEndpoint) {
      ioctls.add(node + " create-ept " + info);
      Runnable instead = insteadOfCreating;
      if (instead == null) {
        node(info);
      } else {
        instead.run();
      }
    } else if (request == Ioctl.HERE.createDevice) {
      ioctls.add(node + " create-dev " + info);
      channel(info.name(), info.src(), info.dst());
    } else if (request == Ioctl.HERE.releaseDevice) {
      ioctls.add(node + " release-dev " + info);
      remove("virtio0." + info.name() + "." + info.src() + "." + info.dst());
    } else {
      throw new AssertionError("ioctl 0x" + Integer.toHexString(request));
    }
  }

  void ioctl(String node, int request) {
    if (request != Ioctl.HERE.destroyEndpoint) {
      throw new AssertionError("ioctl 0x" + Integer.toHexString(request));
    }
    ioctls.add(node + " destroy-ept");
    remove(node);
  }

  private static ChannelInfo info(MemorySegment struct) {
    return new ChannelInfo(
        struct.getString(0, StandardCharsets.ISO_8859_1),
        struct.get(ValueLayout.JAVA_INT, 32),
        struct.get(ValueLayout.JAVA_INT, 36));
  }
}
