// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;

/** A port that tells of changes exactly when it has promised to, and not once more. */
final class FakePort implements Port, Port.Opener {
  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  final AtomicInteger closes = new AtomicInteger();
  final List<String> sent = new ArrayList<>();
  private final Queue<byte[]> messages = new ArrayDeque<>();
  private Events events;
  private final AtomicReference<Runnable> afterNothing = new AtomicReference<>(() -> {});
  private final AtomicReference<Runnable> afterPoll = new AtomicReference<>(() -> {});
  private Runnable onClose = () -> {};
  private boolean tells = true;
  private boolean wantsMessage;
  private boolean wantsBuffer;
  private boolean flowChanged;
  private boolean gone;
  private int buffers = Integer.MAX_VALUE;

  @Override
  public Port open(Events told) {
    events = told;
    return this;
  }

  /** As a kernel that does not say when a transmit buffer is free. */
  FakePort silentOfBuffers() {
    tells = false;
    return this;
  }

  FakePort onClose(Runnable action) {
    onClose = action;
    return this;
  }

  /** What happens once, right after a read or write has found nothing and before it says so. */
  void afterNothing(Runnable action) {
    afterNothing.set(action);
  }

  /** What happens once, right after a poll has looked and before it says what it saw. */
  void afterPoll(Runnable action) {
    afterPoll.set(action);
  }

  void receive(String text) {
    boolean tell;
    synchronized (this) {
      messages.add(text.getBytes(StandardCharsets.US_ASCII));
      tell = wantsMessage;
      wantsMessage = false;
    }
    tellIf(tell);
  }

  void buffers(int free) {
    boolean tell;
    synchronized (this) {
      buffers = free;
      tell = wantsBuffer && tells;
      wantsBuffer = false;
    }
    tellIf(tell);
  }

  void flowChanged() {
    synchronized (this) {
      flowChanged = true;
    }
    tellIf(true);
  }

  void goAway() {
    synchronized (this) {
      gone = true;
    }
    tellIf(true);
  }

  void tellIf(boolean tell) {
    if (tell) {
      events.changed();
    }
  }

  @Override
  public int address() {
    return RpmsgAddress.ANY;
  }

  @Override
  public int tryRead(MemorySegment target) throws RpmsgException {
    int length = takeMessage(target);
    if (length == NOTHING) {
      afterNothing.getAndSet(() -> {}).run();
    }
    return length;
  }

  private synchronized int takeMessage(MemorySegment target) throws RpmsgException {
    reads.incrementAndGet();
    check();
    byte[] message = messages.poll();
    if (message == null) {
      wantsMessage = true;
      return NOTHING;
    }
    int length = (int) Math.min(message.length, target.byteSize());
    MemorySegment.copy(MemorySegment.ofArray(message), 0, target, 0, length);
    return length;
  }

  @Override
  public boolean tryWrite(MemorySegment source) throws RpmsgException {
    boolean sent = takeBuffer(source);
    if (!sent) {
      afterNothing.getAndSet(() -> {}).run();
    }
    return sent;
  }

  private synchronized boolean takeBuffer(MemorySegment source) throws RpmsgException {
    writes.incrementAndGet();
    check();
    if (buffers == 0) {
      wantsBuffer = true;
      return false;
    }
    buffers--;
    sent.add(new String(source.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII));
    return true;
  }

  @Override
  public Set<Readiness> poll() {
    Set<Readiness> ready = look();
    afterPoll.getAndSet(() -> {}).run();
    return ready;
  }

  private synchronized Set<Readiness> look() {
    if (gone) {
      return EnumSet.of(Readiness.ERROR);
    }
    EnumSet<Readiness> ready = EnumSet.noneOf(Readiness.class);
    if (!messages.isEmpty()) {
      ready.add(Readiness.READABLE);
    }
    if (buffers > 0) {
      ready.add(Readiness.WRITABLE);
    }
    if (flowChanged) {
      ready.add(Readiness.FLOW_CHANGED);
    }
    wantsMessage |= messages.isEmpty();
    wantsBuffer |= buffers == 0;
    return ready;
  }

  @Override
  public synchronized boolean outgoingFlowPaused() throws RpmsgException {
    check();
    flowChanged = false;
    return true;
  }

  @Override
  public synchronized void pauseIncomingFlow(boolean pause) throws RpmsgException {
    check();
    throw new RpmsgException(Errno.EOPNOTSUPP, "no flow control");
  }

  private void check() throws RpmsgException {
    if (gone || closes.get() > 0) {
      throw new RpmsgException(Errno.EPIPE, "gone");
    }
  }

  @Override
  public void close() {
    closes.incrementAndGet();
    onClose.run();
  }
}
