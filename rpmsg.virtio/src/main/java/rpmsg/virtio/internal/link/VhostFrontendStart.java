// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.List;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringState;

/**
 * The messages that start and stop a device, in the order of QEMU: features, memory, both rings,
 * and both are enabled when all of that is there; the kick comes last.
 */
final class VhostFrontendStart {

  private static final int DRIVER_OK = 4;
  private static final int FEATURES_OK = 8;

  private final VhostFrontendConnection connection;
  private final VhostFrontendMemory memory;
  private final VhostFrontendDoorbell doorbell;

  VhostFrontendStart(
      VhostFrontendConnection connection,
      VhostFrontendMemory memory,
      VhostFrontendDoorbell doorbell) {
    this.connection = connection;
    this.memory = memory;
    this.doorbell = doorbell;
  }

  /**
   * Starts it.
   *
   * @param status that it has then
   * @param features of the driver
   */
  void start(int status, long features, long deadline) throws LinkException {
    features(status & ~DRIVER_OK, features, deadline);
    connection.command(
        VhostMessage.memTable(List.of(memory.region()), List.of(memory.memfd())), deadline);
    for (int i = 0; i < VhostFrontendDoorbell.QUEUES; i++) {
      ring(i, deadline);
    }
    enable(1, deadline);
    status(status, deadline);
    connection.settle(deadline);
    doorbell.start();
    doorbell.ring();
  }

  private void features(int status, long features, long deadline) throws LinkException {
    long own = connection.features() & VhostFeature.PROTOCOL_FEATURES;
    connection.command(VhostMessage.of(VhostRequest.SET_FEATURES, features | own), deadline);
    status(status, deadline);
    if ((status & FEATURES_OK) != 0
        && connection.has(VhostFeature.STATUS)
        && (status(deadline) & FEATURES_OK) == 0) {
      throw connection.refused("the features 0x" + Long.toHexString(features));
    }
  }

  private void ring(int index, long deadline) throws LinkException {
    connection.command(
        VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, index, doorbell.call(index)), deadline);
    connection.command(
        VhostMessage.vringFd(VhostRequest.SET_VRING_ERR, index, doorbell.error()), deadline);
    state(VhostRequest.SET_VRING_NUM, index, memory.num(), deadline);
    state(VhostRequest.SET_VRING_BASE, index, 0, deadline);
    connection.command(VhostMessage.of(memory.address(index)), deadline);
    connection.command(
        VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, index, doorbell.kick(index)), deadline);
  }

  private void enable(int on, long deadline) throws LinkException {
    if (connection.enables()) {
      for (int i = 0; i < VhostFrontendDoorbell.QUEUES; i++) {
        state(VhostRequest.SET_VRING_ENABLE, i, on, deadline);
      }
    }
  }

  private void state(VhostRequest request, int index, int num, long deadline) throws LinkException {
    connection.command(VhostMessage.of(request, new VringState(index, num)), deadline);
  }

  /** Stops it: when this returns, the back-end has let go of the rings. */
  void stop(long deadline) throws LinkException {
    doorbell.stop();
    enable(0, deadline);
    for (int i = 0; i < VhostFrontendDoorbell.QUEUES; i++) {
      VringState asked = new VringState(i, 0);
      try (VhostMessage reply =
          connection.ask(VhostMessage.of(VhostRequest.GET_VRING_BASE, asked), deadline)) {
        if (reply.state().index() != i) {
          throw new LinkException(
              Kind.BAD_PEER, connection + ": GET_VRING_BASE " + i + ": a reply for another vring");
        }
      }
    }
    status(0, deadline);
  }

  private void status(int value, long deadline) throws LinkException {
    if (connection.has(VhostFeature.STATUS)) {
      connection.command(VhostMessage.of(VhostRequest.SET_STATUS, value), deadline);
    }
  }

  /** The status as the back-end has it, or 0 where it has none. */
  long status(long deadline) throws LinkException {
    return connection.has(VhostFeature.STATUS)
        ? connection.number(VhostRequest.GET_STATUS, deadline)
        : 0;
  }
}
