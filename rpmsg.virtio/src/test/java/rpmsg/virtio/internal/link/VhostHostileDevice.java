// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.VirtqueueException;

/**
 * A device that listens, with the test as its receive thread: announces itself when a driver is
 * ready, and echoes. It keeps the reasons for which sessions and connections ended.
 */
final class VhostHostileDevice implements AutoCloseable {

  static final byte[] ANNOUNCEMENT = "an announcement".getBytes(StandardCharsets.UTF_8);

  /** More rounds than anything needs: what does not come to rest eats a processor. */
  private static final int MOST_ROUNDS = 1000;

  private static final int DRIVER_OK = 4;
  private static final int NEEDS_RESET = 0x40;

  final Path socket;
  final Link link;
  final List<LinkException> failures = new ArrayList<>();
  final List<VirtqueueException> broken = new ArrayList<>();
  int sessions;
  int moves;
  private DeviceVirtqueue transmit;
  private DeviceVirtqueue receive;
  private DeviceMemory memory;
  private boolean inUse;

  VhostHostileDevice(Path socket) throws LinkException {
    this.socket = socket;
    LinkOptions options =
        LinkOptions.DEFAULT
            .withConfig(new byte[8])
            .withVhost(VhostOptions.DEFAULT.withProtocol(EnumSet.allOf(VhostFeature.class)));
    link = Links.open("vhost-user:" + socket, "", 0, options);
  }

  /** The duty cycle until there is nothing to do. */
  void pump() {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      if (!link.doorbell().await(0) && !link.urgent()) {
        return;
      }
      round();
    }
    throw new AssertionError("the link does not come to rest: " + link + " " + failures);
  }

  private void round() {
    try {
      link.check();
      if (!inUse && link.doorbell().connected() && driverOk()) {
        begin();
      }
      if (inUse) {
        work();
      }
    } catch (LinkException e) {
      failures.add(e);
      end();
    } catch (InternalError e) {
      failures.add(link.accessFault(e));
      end();
    } catch (VirtqueueException e) {
      broken.add(e);
      link.config().status(NEEDS_RESET);
      end();
    }
  }

  private boolean driverOk() {
    return (link.config().status() & DRIVER_OK) != 0;
  }

  private void begin() throws LinkException {
    transmit = link.device(0, false);
    receive = link.device(1, false);
    memory = link.memory();
    link.inUse(true);
    inUse = true;
    sessions++;
    transmit(MemorySegment.ofArray(ANNOUNCEMENT));
  }

  private void work() throws LinkException {
    if (!driverOk()) {
      end();
      return;
    }
    if (link.moving()) {
      link.move();
      transmit.move(link.ring(0, false));
      receive.move(link.ring(1, false));
      memory = link.memory();
      moves++;
    }
    int id;
    while ((id = receive.nextAvail()) != DeviceVirtqueue.NONE) {
      MemorySegment message =
          memory.at(receive.address(), Integer.toUnsignedLong(receive.length()));
      if (message != null) {
        transmit(message);
      }
      receive.addUsed(id, receive.length());
    }
    if (receive.publishUsed() && receive.interruptNeeded()) {
      link.doorbell().ringFor(1);
    }
  }

  private void transmit(MemorySegment message) {
    int id = transmit.nextAvail();
    if (id == DeviceVirtqueue.NONE) {
      return;
    }
    long length = Math.min(message.byteSize(), Integer.toUnsignedLong(transmit.length()));
    MemorySegment buffer = memory.at(transmit.address(), length);
    if (buffer != null) {
      buffer.copyFrom(message.asSlice(0, length));
    }
    transmit.addUsed(id, (int) length);
    transmit.publishUsed();
    if (transmit.interruptNeeded()) {
      link.doorbell().ringFor(0);
    }
  }

  private void end() {
    if (inUse) {
      inUse = false;
      transmit = null;
      receive = null;
      memory = null;
      link.inUse(false);
    }
  }

  boolean inUse() {
    return inUse;
  }

  /** How many pieces of a front-end's memory are mapped in this process, by anybody. */
  static long mapped() {
    try (var maps = Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
      return maps.filter(line -> line.contains("/memfd:" + VhostHostileGuest.NAME)).count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    end();
    link.close();
  }
}
