// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.log.Logger;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.CharDevice;

/** The nodes below /dev. What keeps one from being used is said once for each. Any thread. */
final class Nodes {
  private static final Set<PosixFilePermission> GROUP =
      Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);

  private final Path folder;
  private final Node.Opener opener;
  private final Logger log;

  private final Map<Found.Key, State> states = new ConcurrentHashMap<>();

  private enum State {
    FINE,
    /** It cannot be used, but may yet get its rights from udev. */
    NEW,
    /** It cannot be used, and that was said. */
    SAID
  }

  Nodes(Path folder, Node.Opener opener, Logger log) {
    this.folder = folder;
    this.opener = opener;
    this.log = log;
  }

  Path path(String node) {
    return folder.resolve(node);
  }

  Node open(String node, Object key, CharDevice.Number number) throws RpmsgException {
    try {
      return opener.open(path(node), number);
    } catch (RpmsgException e) {
      if (isRights(e) || e.errno() == Errno.ENOTTY) {
        say((Found.Key) key, e);
      }
      throw e;
    }
  }

  private static boolean isRights(RpmsgException e) {
    return e.errno() == Errno.EACCES || e.errno() == Errno.EPERM;
  }

  /** Whether a node can be used. That it cannot is not said: udev may not have been there yet. */
  boolean isUsable(String node, Object key, CharDevice.Number number) {
    try {
      return isPermitted(node, (Found.Key) key, number);
    } catch (RpmsgException e) {
      return false;
    }
  }

  /** Looks once each period: a node that cannot be used at the second look is said. */
  void look(String node, Object key, CharDevice.Number number) {
    try {
      if (!isPermitted(node, (Found.Key) key, number)) {
        missing((Found.Key) key, new RpmsgException(Errno.EACCES, "no right to read and write it"));
      }
    } catch (RpmsgException e) {
      missing((Found.Key) key, e);
    }
  }

  private boolean isPermitted(String node, Found.Key key, CharDevice.Number number)
      throws RpmsgException {
    if (states.get(key) != State.FINE) {
      if (!opener.permitted(path(node), number)) {
        return false;
      }
      states.put(key, State.FINE);
    }
    return true;
  }

  private void missing(Found.Key key, RpmsgException why) {
    if (states.putIfAbsent(key, State.NEW) == State.NEW && why.errno() != Errno.ENOENT) {
      say(key, why);
    }
  }

  private void say(Found.Key key, RpmsgException why) {
    if (states.put(key, State.SAID) != State.SAID) {
      String help = isRights(why) ? "; " + help(path(key.name())) : "";
      log.warn("{} cannot be used: {}{}", path(key.name()), why.getMessage(), help);
    }
  }

  private static String help(Path node) {
    try {
      PosixFileAttributes status = Files.readAttributes(node, PosixFileAttributes.class);
      if (status.permissions().containsAll(GROUP)) {
        return "make this user a member of the group " + status.group();
      }
    } catch (IOException | UnsupportedOperationException unknown) {
      // The rule helps in any case.
    }
    return "a udev rule helps, such as KERNEL==\"rpmsg*\", SUBSYSTEM==\"rpmsg\","
        + " GROUP=\"dialout\", MODE=\"0660\"";
  }

  /** Forgets all nodes but these. */
  void keep(Collection<Object> keys) {
    states.keySet().retainAll(keys);
  }
}
