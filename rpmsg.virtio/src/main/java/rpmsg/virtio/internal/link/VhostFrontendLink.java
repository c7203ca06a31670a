// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import rpmsg.syscall.ErrnoException;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * The driver's end of vhost-user: a front-end that connects to a back-end, whoever that is, and
 * shares a memory of its own with it. One connection is one link: when the back-end goes, {@link
 * #check} says PEER_CLOSED, and the next link connects again with new memory.
 *
 * <p>Because the rings are laid out anew for each connection, no back-end ever has to go on from
 * the middle of them, and INFLIGHT_SHMFD is not negotiated. Of the protocol features REPLY_ACK,
 * BACKEND_REQ, CONFIG and STATUS are, each if the options have it and the back-end offers it; none
 * is needed.
 *
 * <p>Source: the vhost-user protocol specification, sections "Starting and stopping rings" and
 * "Front-end message types".
 */
final class VhostFrontendLink implements Link {

  private static final int OPEN_SECONDS = 2;

  private final VhostFrontendConnection connection;
  private final VhostFrontendMemory memory;
  private final VhostFrontendDoorbell doorbell;
  private final VhostFrontendDevice device;
  private volatile boolean closed;

  private VhostFrontendLink(
      VhostFrontendConnection connection,
      VhostFrontendMemory memory,
      VhostFrontendDoorbell doorbell,
      byte[] config) {
    this.connection = connection;
    this.memory = memory;
    this.doorbell = doorbell;
    this.device = new VhostFrontendDevice(connection, memory, doorbell, config);
  }

  /**
   * Connects and asks what the back-end offers, in at most {@value #OPEN_SECONDS} s.
   *
   * @param options of which the size of rings and memory and the protocol features count
   * @throws LinkException NOT_READY or PEER_CLOSED (transient), SOCKET_PATH, NO_PERMISSION,
   *     BAD_PEER or IO; nothing is left open
   */
  static VhostFrontendLink open(Path socket, LinkOptions options) throws LinkException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS);
    VhostFrontendConnection connection =
        VhostFrontendConnection.open(socket, options.vhost().protocol(), deadline);
    VhostFrontendMemory memory = null;
    try {
      byte[] config = VhostFrontendSpace.read(connection, deadline);
      memory = VhostFrontendMemory.create(options);
      VhostFrontendDoorbell doorbell =
          new VhostFrontendDoorbell(connection.fd(), connection.backChannel());
      return new VhostFrontendLink(connection, memory, doorbell, config);
    } catch (ErrnoException e) {
      close(connection, memory);
      throw new LinkException(Kind.IO, connection + ": " + e.getMessage(), e);
    } catch (LinkException | RuntimeException e) {
      close(connection, memory);
      throw e;
    }
  }

  @Override
  public String description() {
    return connection + (doorbell.connected() ? ", connected" : ", the back-end has gone");
  }

  /** Addresses are those of the guest, from {@link VhostFrontendMemory#GUEST} on. */
  @Override
  public DeviceMemory memory() {
    return open();
  }

  private VhostFrontendMemory open() {
    if (closed) {
      throw new IllegalStateException(connection + " is closed");
    }
    return memory;
  }

  @Override
  public ByteOrder order() {
    return device.order();
  }

  @Override
  public DeviceConfig config() {
    return device;
  }

  @Override
  public VirtqueueConfig ring(int index, boolean eventIdx) {
    return open().ring(index, order(), eventIdx);
  }

  @Override
  public Pool pool() {
    return memory.pool();
  }

  @Override
  public Doorbell doorbell() {
    return doorbell;
  }

  @Override
  public void check() throws LinkException {
    device.check();
  }

  @Override
  public boolean urgent() {
    return device.urgent();
  }

  @Override
  public void dump(Appendable out) throws IOException {
    out.append(
        "  offered  features 0x%x, protocol %s agreed%n"
            .formatted(connection.features(), connection.protocolWords()));
    memory.dump(out);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      doorbell.close();
      close(connection, memory);
    }
  }

  private static void close(VhostFrontendConnection connection, VhostFrontendMemory memory) {
    connection.close();
    if (memory != null) {
      memory.close();
    }
  }

  @Override
  public String toString() {
    return description();
  }
}
