// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** What is at a path: looked at without following links, and named when it is not usable. */
final class FileKind {

  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  private FileKind() {}

  /** Attributes of what is at the path itself, or null if there is nothing. */
  static BasicFileAttributes at(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  static boolean isSocket(Path path) throws IOException {
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & TYPE_MASK) == TYPE_SOCKET;
  }

  /** Creates an empty file that only its owner may use, unless there is one by now. */
  static void create(Path path) throws IOException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException somebodyWasFaster) {
      return;
    }
  }

  static void requireRegular(Path path, BasicFileAttributes found) throws LinkException {
    if (found.isSymbolicLink()) {
      throw new LinkException(
          Kind.SYMLINK, path + " is a symbolic link, which is not followed: give the file itself");
    }
    if (found.isDirectory()) {
      throw new LinkException(Kind.IS_DIRECTORY, path + " is a directory: give the path of a file");
    }
    if (!found.isRegularFile()) {
      throw new LinkException(
          Kind.NOT_A_REGULAR_FILE, path + " is not a regular file: give another path");
    }
  }

  /** Names the reason of a failed open, create, read or map. */
  static LinkException failure(Path path, IOException e) {
    return switch (e) {
      case AccessDeniedException denied ->
          new LinkException(
              Kind.NO_PERMISSION, path + " may not be read and written: see its owner and mode", e);
      case NoSuchFileException none ->
          new LinkException(
              Kind.NO_SUCH_FILE, path + " cannot be made: its folder does not exist", e);
      default -> new LinkException(Kind.IO, path + ": " + e.getMessage(), e);
    };
  }
}
