// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.syscall.CharDevice;

/**
 * Reads what sysfs says of RPMsg. Every entry may go while it is read, and then it was not there.
 * What makes no sense is left out and named.
 */
final class Sysfs {
  /** The most entries of a folder that are looked at. */
  static final int MOST_ENTRIES = 4096;

  private static final int MOST_BYTES = 4096;
  private static final Pattern CONTROL = Pattern.compile("rpmsg_ctrl\\d{1,9}");
  private static final Pattern ENDPOINT = Pattern.compile("rpmsg\\d{1,9}");

  private final Path devices;
  private final Path nodes;

  /**
   * @param root where sysfs is mounted
   */
  Sysfs(Path root) {
    devices = root.resolve("bus/rpmsg/devices");
    nodes = root.resolve("class/rpmsg");
  }

  /**
   * What was found, in the order in which it is to be shown.
   *
   * @param problems one line for each entry that makes no sense
   */
  record Snapshot(List<Found> found, List<String> problems) {}

  Snapshot read() throws IOException {
    List<Found> found = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    List<Path> channels = entries(devices);
    Set<Path> places = new HashSet<>();
    channels.forEach(entry -> readChannel(entry, found, places, problems));
    List<Found> all = new ArrayList<>(readNodes(places, problems));
    all.addAll(found);
    return new Snapshot(all, problems);
  }

  private void readChannel(Path entry, List<Found> found, Set<Path> places, List<String> problems) {
    try {
      Path place = entry.toRealPath();
      found.add(
          new Found.Channel(
              entry.getFileName().toString(),
              identity(entry),
              place.getParent().getFileName().toString(),
              info(entry),
              text(entry.resolve("announce")).equals("true")));
      places.add(place);
    } catch (IOException gone) {
      // What cannot be read any more is not there any more.
    } catch (RuntimeException senseless) {
      problems.add(problem(entry, senseless));
    }
  }

  private List<Found> readNodes(Set<Path> channels, List<String> problems) throws IOException {
    List<Found> controls = new ArrayList<>();
    List<Found> endpoints = new ArrayList<>();
    for (Path entry : entries(nodes)) {
      String name = entry.getFileName().toString();
      try {
        if (CONTROL.matcher(name).matches()) {
          controls.add(
              new Found.Control(name, identity(entry), transport(entry, channels), number(entry)));
        } else if (ENDPOINT.matcher(name).matches()) {
          endpoints.add(
              new Found.Endpoint(
                  name, identity(entry), transport(entry, channels), number(entry), info(entry)));
        }
      } catch (IOException gone) {
        // As above.
      } catch (RuntimeException senseless) {
        problems.add(problem(entry, senseless));
      }
    }
    controls.addAll(endpoints);
    return controls;
  }

  private static String problem(Path entry, RuntimeException senseless) {
    return "%s is left out: %s"
        .formatted(
            ChannelInfo.printable(entry.toString()),
            ChannelInfo.printable(String.valueOf(senseless.getMessage())));
  }

  /** The device above the channel above the node. */
  private static String transport(Path node, Set<Path> channels) throws IOException {
    for (Path place = node.toRealPath(); place != null; place = place.getParent()) {
      if (channels.contains(place)) {
        return place.getParent().getFileName().toString();
      }
    }
    throw new NoSuchFileException("the channel of " + node);
  }

  private static Object identity(Path entry) throws IOException {
    return Files.readAttributes(entry, BasicFileAttributes.class).fileKey();
  }

  private static ChannelInfo info(Path entry) throws IOException {
    return new ChannelInfo(
        text(entry.resolve("name")),
        address(text(entry.resolve("src"))),
        address(text(entry.resolve("dst"))));
  }

  /** Channels have {@code 0x400}, nodes have {@code 1024} and {@code -1} for any (LX060, LX175). */
  private static int address(String text) {
    return text.equals("-1") ? RpmsgAddress.ANY : RpmsgAddress.parse(text);
  }

  private static CharDevice.Number number(Path entry) throws IOException {
    String text = text(entry.resolve("dev"));
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("dev is " + text);
    }
    return new CharDevice.Number(
        Integer.parseInt(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
  }

  /** An attribute without its closing newline. */
  static String text(Path attribute) throws IOException {
    if (!Files.isRegularFile(attribute, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(attribute.toString());
    }
    try (InputStream in = Files.newInputStream(attribute, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IllegalArgumentException(attribute.getFileName() + " is too long");
      }
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path entry : all) {
        if (entries.size() == MOST_ENTRIES) {
          break;
        }
        entries.add(entry);
      }
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (DirectoryIteratorException failed) {
      throw failed.getCause();
    }
    entries.sort(null);
    return entries;
  }

  /** Where the kernel has a channel's attributes. */
  Path device(String name) {
    return devices.resolve(name);
  }
}
