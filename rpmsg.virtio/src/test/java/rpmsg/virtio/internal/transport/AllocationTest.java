// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/**
 * A message costs no garbage, on neither side, in neither direction, by no API, with one endpoint
 * or with a hundred. No more messages are under way than there are buffers, so that nobody waits.
 */
@Timeout(120)
class AllocationTest {
  private static final int SIZE = 64;
  private static final int MESSAGES = 50_000;
  private static final int WARM_UP = 50_000;
  private static final int WINDOW = 100;
  private static final int FIRST = 0x1000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final MemorySegment payload = Arena.ofAuto().allocate(SIZE);
  private final MemorySegment copy = Arena.ofAuto().allocate(SIZE);
  private final RpmsgMessage[] held = new RpmsgMessage[16];
  private TestNode host;
  private TestNode remote;
  private volatile long received;
  private volatile long allocatedByReceiver;

  @BeforeEach
  void start() {
    host = TestNode.started(TestNode.config("garbage-host", Role.HOST, "loopback:g", "poll", 0));
    remote =
        TestNode.started(TestNode.config("garbage-remote", Role.REMOTE, "loopback:g", "poll", 1));
  }

  @AfterEach
  void stop() {
    host.close();
    remote.close();
  }

  private enum Api {
    SEND,
    TRY_SEND,
    CLAIM,
    CLAIM_AND_HOLD
  }

  @ParameterizedTest
  @CsvSource({
    "SEND,1",
    "SEND,100",
    "TRY_SEND,1",
    "TRY_SEND,100",
    "CLAIM,1",
    "CLAIM,100",
    "CLAIM_AND_HOLD,1",
    "CLAIM_AND_HOLD,100"
  })
  void aMessageFromHostToRemoteAllocatesNothing(Api api, int endpoints) throws Exception {
    assertNothingAllocated(host.awaitReady(), remote.awaitReady(), api, endpoints);
  }

  @ParameterizedTest
  @CsvSource({
    "SEND,1",
    "SEND,100",
    "TRY_SEND,1",
    "TRY_SEND,100",
    "CLAIM,1",
    "CLAIM,100",
    "CLAIM_AND_HOLD,1",
    "CLAIM_AND_HOLD,100"
  })
  void aMessageFromRemoteToHostAllocatesNothing(Api api, int endpoints) throws Exception {
    assertNothingAllocated(remote.awaitReady(), host.awaitReady(), api, endpoints);
  }

  @ParameterizedTest
  @EnumSource(
      value = Api.class,
      names = {"SEND", "CLAIM"})
  void aSenderThatWaitsForBuffersAllocatesNothing(Api api) throws Exception {
    RpmsgEndpoint sender = host.awaitReady().createEndpoint(RpmsgAddress.ANY, message -> {});
    remote.awaitReady().createEndpoint(FIRST, message -> LockSupport.parkNanos(1_000));
    flood(sender, api, WARM_UP / 10);
    long waits = host.counter("waits");
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    flood(sender, api, MESSAGES / 10);
    bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    waits = host.counter("waits") - waits;
    assertTrue(waits > 100, "waited " + waits + " times");
    assertTrue(bytes < 4 * waits, bytes + " bytes for " + waits + " waits");
  }

  private void flood(RpmsgEndpoint sender, Api api, int messages) throws Exception {
    for (int i = 0; i < messages; i++) {
      send(sender, FIRST, api);
    }
  }

  private void assertNothingAllocated(
      RpmsgTransport from, RpmsgTransport to, Api api, int endpoints) throws Exception {
    RpmsgEndpoint[] senders = new RpmsgEndpoint[endpoints];
    for (int i = 0; i < endpoints; i++) {
      senders[i] = from.createEndpoint(RpmsgAddress.ANY, message -> {});
      to.createEndpoint(FIRST + i, listener(api));
    }
    exchange(senders, api, WARM_UP);
    long receiver = allocatedByReceiver;
    long sender = THREADS.getCurrentThreadAllocatedBytes();
    exchange(senders, api, MESSAGES);
    sender = THREADS.getCurrentThreadAllocatedBytes() - sender;
    receiver = allocatedByReceiver - receiver;
    assertTrue(sender < MESSAGES / 2, sender + " bytes sending " + MESSAGES);
    assertTrue(receiver < MESSAGES / 2, receiver + " bytes receiving " + MESSAGES);
  }

  private RpmsgListener listener(Api api) {
    return switch (api) {
      case SEND, TRY_SEND ->
          message -> {
            message.copyTo(copy, 0);
            count();
          };
      case CLAIM ->
          message -> {
            MemorySegment.copy(message.payload(), 0, copy, 0, SIZE);
            count();
          };
      case CLAIM_AND_HOLD -> this::hold;
    };
  }

  /** Holds a message until 16 others have come. */
  private void hold(RpmsgMessage message) throws Exception {
    message.hold();
    int slot = (int) received % held.length;
    RpmsgMessage oldest = held[slot];
    held[slot] = message;
    if (oldest != null) {
      oldest.release();
    }
    count();
  }

  /** On the receive thread alone. */
  private void count() {
    long now = received + 1;
    if (now % WINDOW == 0) {
      allocatedByReceiver = THREADS.getCurrentThreadAllocatedBytes();
    }
    received = now;
  }

  private void exchange(RpmsgEndpoint[] senders, Api api, int messages) throws Exception {
    long target = received;
    for (int sent = 0; sent < messages; sent += WINDOW) {
      for (int i = 0; i < WINDOW; i++) {
        int endpoint = (sent + i) % senders.length;
        send(senders[endpoint], FIRST + endpoint, api);
      }
      target += WINDOW;
      awaitReceived(target);
    }
  }

  private void send(RpmsgEndpoint endpoint, int dst, Api api) throws Exception {
    switch (api) {
      case SEND -> endpoint.sendTo(payload, dst, RpmsgEndpoint.DEFAULT_TIMEOUT);
      case TRY_SEND -> assertTrue(endpoint.trySendTo(payload, dst) == SendResult.SENT);
      case CLAIM, CLAIM_AND_HOLD -> {
        BufferClaim claim = endpoint.claim(SIZE, dst, RpmsgEndpoint.DEFAULT_TIMEOUT);
        claim.segment().copyFrom(payload);
        claim.publish();
      }
    }
  }

  private void awaitReceived(long target) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (received < target) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("stuck at " + received + " of " + target);
      }
      Thread.yield();
    }
  }
}
