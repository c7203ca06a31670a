// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The symbolic link under which programs find a terminal. A file of somebody else is never
 * replaced; a link to a terminal that is gone, which a container that was killed has left, is.
 */
record TerminalLink(Path path, Path terminal) {
  private static final Path TERMINALS = Path.of("/dev/pts");

  /**
   * Makes the link.
   *
   * @throws FileAlreadyExistsException when something is there that is not ours
   */
  void create() throws IOException {
    try {
      Files.createSymbolicLink(path, terminal);
    } catch (FileAlreadyExistsException there) {
      if (leadsHere()) {
        return;
      }
      if (!isStale()) {
        throw there;
      }
      Files.delete(path);
      Files.createSymbolicLink(path, terminal);
    }
  }

  /** Removes the link, if it is still this one. */
  void remove() throws IOException {
    if (leadsHere()) {
      Files.delete(path);
    }
  }

  private boolean leadsHere() throws IOException {
    return Files.isSymbolicLink(path) && Files.readSymbolicLink(path).equals(terminal);
  }

  private boolean isStale() throws IOException {
    return Files.isSymbolicLink(path)
        && Files.readSymbolicLink(path).startsWith(TERMINALS)
        && Files.notExists(path);
  }
}
