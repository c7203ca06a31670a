// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/**
 * Makes endpoint nodes. The kernel does not say which one it made: it is the one that was not there
 * before and has what was asked for. We make one at a time; of two that another program makes of
 * the same name and addresses at the same time, either will do.
 */
final class NewNodes {
  private static final long APPEAR_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RIGHTS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long TURN_SECONDS = 10;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Sysfs sysfs;
  private final Nodes nodes;
  private final Function<Found.Endpoint, KernelDevice> show;
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * @param show makes a node a service; it may be one already
   */
  NewNodes(Sysfs sysfs, Nodes nodes, Function<Found.Endpoint, KernelDevice> show) {
    this.sysfs = sysfs;
    this.nodes = nodes;
    this.show = show;
  }

  /** The call that has the kernel make a node. */
  interface Creation {
    void run() throws RpmsgException;
  }

  /**
   * Makes a node and waits until it is there; if need be, also for udev to give it its rights.
   *
   * @throws RpmsgException ETIMEDOUT when it did not appear in time; else what the kernel says
   */
  KernelDevice make(String transport, ChannelInfo info, Creation creation) throws RpmsgException {
    Found.Endpoint made = inTurn(transport, info, creation);
    await(RIGHTS_NANOS, () -> nodes.isUsable(made.node(), made.key(), made.number()));
    return show.apply(made);
  }

  private Found.Endpoint inTurn(String transport, ChannelInfo info, Creation creation)
      throws RpmsgException {
    takeTurn();
    try {
      Set<Object> before = new HashSet<>();
      endpoints().forEach(endpoint -> before.add(endpoint.key()));
      creation.run();
      return appeared(before, transport, info);
    } finally {
      turn.unlock();
    }
  }

  private void takeTurn() throws RpmsgException {
    try {
      if (!turn.tryLock(TURN_SECONDS, TimeUnit.SECONDS)) {
        throw new RpmsgException(Errno.ETIMEDOUT, "others are making endpoints");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpmsgException(Errno.EINTR, "interrupted", e);
    }
  }

  private Found.Endpoint appeared(Set<Object> before, String transport, ChannelInfo info)
      throws RpmsgException {
    long start = System.nanoTime();
    do {
      Optional<Found.Endpoint> made =
          endpoints().stream()
              .filter(endpoint -> endpoint.transport().equals(transport))
              .filter(endpoint -> endpoint.info().equals(info))
              .filter(endpoint -> !before.contains(endpoint.key()))
              .findFirst();
      if (made.isPresent()) {
        return made.get();
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (System.nanoTime() - start < APPEAR_NANOS);
    throw new RpmsgException(Errno.ETIMEDOUT, "the new node of " + info + " did not appear");
  }

  private List<Found.Endpoint> endpoints() throws RpmsgException {
    try {
      return sysfs.read().found().stream()
          .filter(Found.Endpoint.class::isInstance)
          .map(Found.Endpoint.class::cast)
          .toList();
    } catch (IOException e) {
      throw new RpmsgException(Errno.EIO, "sysfs cannot be read: " + e.getMessage(), e);
    }
  }

  private static void await(long nanos, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - start < nanos) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
