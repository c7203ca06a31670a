// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** Opens links from what configuration says. */
public final class Links {

  private static final String LOOPBACK = "loopback";
  private static final String SHM = "shm:";
  private static final String VHOST_USER = "vhost-user:";
  private static final String UNIX = "unix:";

  private Links() {}

  /**
   * Opens one end of a link. Index 0 creates the memory if need be, and always writes the table;
   * index 1 reads it. Does not wait for the other side: a {@linkplain
   * LinkException#transientFault() transient} failure says that trying again may help.
   *
   * <p>A vhost-user link has no index: its options say which end it is.
   *
   * @param link {@code shm:PATH}, {@code vhost-user:PATH}, {@code loopback} or {@code
   *     loopback:NAME}
   * @param doorbell {@code poll}, {@code futex}, {@code unix:PATH} or {@code local}; null or empty
   *     for the default, which is {@code local} for a loopback and {@code poll} for a file;
   *     vhost-user has its own
   * @param index 0 or 1, independent of the role
   */
  public static Link open(String link, String doorbell, int index, LinkOptions options)
      throws LinkException {
    if (index != 0 && index != 1) {
      throw invalid("index " + index + " does not exist: use 0 on one side and 1 on the other");
    }
    String bell = doorbell == null ? "" : doorbell;
    if (link.equals(LOOPBACK) || link.startsWith(LOOPBACK + ":")) {
      return openLoopback(link, bell, index, options);
    }
    if (link.startsWith(SHM)) {
      return openFile(path(link, SHM).toAbsolutePath(), bell, index, options);
    }
    if (link.startsWith(VHOST_USER)) {
      return openVhost(path(link, VHOST_USER).toAbsolutePath(), bell, options);
    }
    throw invalid(
        "link '"
            + link
            + "' is not known: use loopback, loopback:NAME, shm:PATH or vhost-user:PATH");
  }

  private static Link openVhost(Path socket, String bell, LinkOptions options)
      throws LinkException {
    if (!bell.isEmpty()) {
      throw invalid("doorbell '" + bell + "' does not go with vhost-user: leave it out");
    }
    return options.vhost().frontEnd()
        ? VhostFrontendLink.open(socket, options)
        : VhostLink.open(socket, options);
  }

  private static Link openLoopback(String name, String bell, int index, LinkOptions options)
      throws LinkException {
    if (!bell.isEmpty() && !bell.equals("local") && !bell.equals("poll")) {
      throw invalid("doorbell '" + bell + "' does not go with a loopback: use local or poll");
    }
    LoopbackEnd end = Loopback.open(name, index, options);
    return guarded(
        end, options, (memory, table) -> bell.equals("poll") ? new PollDoorbell() : end.doorbell());
  }

  private static Link openFile(Path path, String bell, int index, LinkOptions options)
      throws LinkException {
    if (bell.isEmpty() || bell.equals("poll")) {
      return guarded(
          MappedFile.open(path, index, options), options, (memory, table) -> new PollDoorbell());
    }
    if (bell.equals("futex")) {
      return guarded(
          MappedFile.open(path, index, options),
          options,
          (memory, table) -> FutexDoorbell.open(memory, table, index));
    }
    if (!bell.startsWith(UNIX)) {
      throw invalid(
          "doorbell '" + bell + "' does not go with a file: use poll, futex or unix:PATH");
    }
    Path socket = path(bell, UNIX);
    UnixDoorbell.checkPath(socket);
    return guarded(
        MappedFile.open(path, index, options),
        options,
        (memory, table) -> UnixDoorbell.open(socket, index));
  }

  private interface DoorbellOpener {
    Doorbell open(MemorySegment memory, ResourceTable table) throws LinkException;
  }

  private static Link guarded(Backing backing, LinkOptions options, DoorbellOpener opener)
      throws LinkException {
    try {
      return assemble(backing, options, opener);
    } catch (LinkException e) {
      backing.close();
      throw new LinkException(
          e.kind(), e.transientFault(), backing.description() + ": " + e.getMessage(), e);
    } catch (InternalError e) {
      backing.close();
      throw LinkException.memoryFault(backing.description(), e);
    } catch (RuntimeException | Error e) {
      backing.close();
      throw e;
    }
  }

  /** Who writes the table makes the memory as large as it is to be before, so ask that after. */
  private static Link assemble(Backing backing, LinkOptions options, DoorbellOpener opener)
      throws LinkException {
    ResourceTable table = ResourceTable.parse(backing.memory(), options.order());
    backing.check();
    if (options.assignNotifyIds()) {
      table.assignNotifyIds(backing.memory());
      table = ResourceTable.parse(backing.memory(), options.order());
    }
    return new TableLink(backing, table, opener.open(backing.memory(), table), options.order());
  }

  private static Path path(String text, String prefix) throws LinkException {
    String path = text.substring(prefix.length());
    if (path.isEmpty()) {
      throw invalid("'" + text + "' has no path: write " + prefix + "PATH");
    }
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw invalid("'" + text + "' is not a path: " + e.getReason());
    }
  }

  private static LinkException invalid(String message) {
    return new LinkException(Kind.INVALID, message);
  }
}
