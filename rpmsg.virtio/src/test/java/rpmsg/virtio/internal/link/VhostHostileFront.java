// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A front-end on one connection. Each thing that it says is read by the device at once. */
final class VhostHostileFront implements AutoCloseable {

  static final long FEATURES = 1L << 32 | 1L << 30 | 1;

  /** Everything but INBAND, with which there are no kick descriptors. */
  static final long PROTOCOL = 0x1_B229;

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  static final long BASIC = 0x28;
  static final long INBAND = BASIC | 1 << 14;

  /** How far the set-up has come before the front-end becomes hostile. */
  enum Stage {
    /** Connected. */
    RAW,
    /** Features are negotiated: all, or what UML and QEMU take. */
    HELLO,
    BASIC,
    /** The memory is there too. */
    MEMORY,
    /** Both rings are enabled; the driver has not kicked. */
    UP,
    /** A session runs. */
    RUNNING,
    BASIC_RUNNING,
    INBAND_RUNNING
  }

  /** The device if it has no thread of its own, else null. */
  final VhostHostileDevice device;

  final VhostHostileGuest guest;
  final int socket;
  private final List<Integer> ends = new ArrayList<>();
  private boolean open = true;

  /**
   * @param guest stays the caller's
   */
  VhostHostileFront(VhostHostileDevice device, VhostHostileGuest guest) {
    this(device.socket, device, guest);
    turn();
  }

  /** At a device that has a thread of its own. */
  VhostHostileFront(Path socket, VhostHostileGuest guest) {
    this(socket, null, guest);
  }

  private VhostHostileFront(Path socket, VhostHostileDevice device, VhostHostileGuest guest) {
    this.device = device;
    this.guest = guest;
    this.socket = VhostHostileCalls.connect(socket);
  }

  private void turn() {
    if (device != null) {
      device.pump();
    }
  }

  /** Sends; the device may have closed already. */
  void say(byte[] bytes, int... fds) {
    VhostHostileCalls.send(socket, bytes, fds);
    turn();
  }

  /** What the device has answered, whole messages only; null if nothing. */
  byte[] reply() {
    byte[] header = receive(VhostHostileBytes.HEADER);
    if (header == null || header.length == 0) {
      return null;
    }
    int size = ByteBuffer.wrap(header).order(java.nio.ByteOrder.nativeOrder()).getInt(8);
    byte[] payload = size == 0 ? new byte[0] : receive(size);
    byte[] both = Arrays.copyOf(header, header.length + size);
    System.arraycopy(payload, 0, both, header.length, size);
    return both;
  }

  private byte[] receive(int size) {
    byte[] came = VhostHostileCalls.receive(socket, size);
    long end = System.nanoTime() + PATIENCE;
    while (came == null && device == null && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
      came = VhostHostileCalls.receive(socket, size);
    }
    return came;
  }

  byte[] ask(byte[] request, int... fds) {
    say(request, fds);
    byte[] reply = reply();
    assertNotNull(reply, () -> "no answer to request " + request[0] + "; " + failures());
    assertEquals(request[0], reply[0]);
    assertEquals(VhostHostileBytes.VERSION | VhostHostileBytes.REPLY, reply[4]);
    return Arrays.copyOfRange(reply, VhostHostileBytes.HEADER, reply.length);
  }

  /** The number of the answer. */
  long askU64(byte[] request, int... fds) {
    return ByteBuffer.wrap(ask(request, fds)).order(java.nio.ByteOrder.nativeOrder()).getLong();
  }

  void command(byte[] request, int... fds) {
    assertEquals(0, askU64(VhostHostileBytes.needingReply(request), fds), "refused");
  }

  /** Comes that far. */
  void come(Stage stage) {
    if (stage == Stage.RAW) {
      return;
    }
    hello(
        switch (stage) {
          case BASIC, BASIC_RUNNING -> BASIC;
          case INBAND_RUNNING -> INBAND;
          default -> PROTOCOL;
        });
    if (stage == Stage.HELLO || stage == Stage.BASIC) {
      return;
    }
    memory();
    if (stage == Stage.MEMORY) {
      return;
    }
    rings(stage == Stage.INBAND_RUNNING);
    if (stage != Stage.UP) {
      kick(0, stage == Stage.INBAND_RUNNING);
      assertTrue(device == null || device.inUse(), "no session");
    }
  }

  void hello(long protocol) {
    say(VhostHostileBytes.request(3));
    assertEquals(FEATURES, askU64(VhostHostileBytes.request(1)) & FEATURES);
    assertEquals(protocol, askU64(VhostHostileBytes.request(15)) & protocol);
    say(VhostHostileBytes.u64(16, protocol));
    int[] pair = VhostHostileCalls.pair();
    ends.add(pair[0]);
    ends.add(pair[1]);
    command(VhostHostileBytes.request(21), pair[1]);
    command(VhostHostileBytes.u64(2, FEATURES));
  }

  void memory() {
    command(wholeMemory(), guest.memfd);
  }

  /** SET_MEM_TABLE with the guest's memory as one region. */
  static byte[] wholeMemory() {
    return VhostHostileBytes.table(
        1,
        VhostHostileGuest.GUEST,
        VhostHostileGuest.SIZE,
        VhostHostileGuest.USER,
        VhostHostileGuest.OFFSET);
  }

  void rings(boolean inband) {
    for (int queue = 0; queue < 2; queue++) {
      ring(queue, inband);
    }
    for (int queue = 0; queue < 2; queue++) {
      command(VhostHostileBytes.state(18, queue, 1));
    }
  }

  void ring(int queue, boolean inband) {
    if (inband) {
      command(VhostHostileBytes.u64(13, queue | 0x100));
    } else {
      command(VhostHostileBytes.u64(13, queue), guest.calls[queue]);
    }
    command(VhostHostileBytes.state(8, queue, VhostHostileGuest.NUM));
    command(VhostHostileBytes.state(10, queue, 0));
    command(VhostHostileGuest.address(queue));
    if (inband) {
      command(VhostHostileBytes.u64(12, queue | 0x100));
    } else {
      command(VhostHostileBytes.u64(12, queue), guest.kicks[queue]);
    }
  }

  void kick(int queue, boolean inband) {
    if (inband) {
      say(VhostHostileBytes.state(35, queue, 0));
    } else {
      VhostHostileCalls.signal(guest.kicks[queue]);
      turn();
    }
  }

  /** The announcement has arrived, and the driver was called for it. */
  void expectAnnouncement() {
    assertEquals(0, guest.nextUsed(0), () -> "no announcement; " + failures());
    byte[] expected = VhostHostileDevice.ANNOUNCEMENT;
    assertArrayEquals(expected, guest.received(0, expected.length));
    assertTrue(VhostHostileCalls.drain(guest.calls[0]), "not called");
  }

  /** Messages come back. */
  void expectEcho() {
    for (int id = 0; id < 10; id++) {
      byte[] payload = {1, 2, (byte) id};
      guest.send(id, 0x400 + id, 0x500, payload);
      kick(1, false);
      assertEquals(id, guest.nextUsed(1));
      int used = guest.nextUsed(0);
      assertNotEquals(-1, used);
      assertArrayEquals(
          guest.memory.asSlice(VhostHostileGuest.buffer(1, id), 19).toArray(ValueLayout.JAVA_BYTE),
          guest.received(used, 19));
      guest.post(0, used);
    }
  }

  /** Whether the device has ended the connection; what it has sent before is skipped. */
  boolean ended() {
    for (int i = 0; i < 4; i++) {
      byte[] came = VhostHostileCalls.receive(socket, 4096);
      if (came != null && came.length == 0) {
        return true;
      }
    }
    return false;
  }

  /** Ends the connection; the memory and the descriptors stay. */
  void hangUp() {
    if (open) {
      open = false;
      VhostHostileCalls.close(socket);
      ends.forEach(VhostHostileCalls::close);
      turn();
    }
  }

  private List<LinkException> failures() {
    return device == null ? List.of() : device.failures;
  }

  @Override
  public void close() {
    hangUp();
  }
}
