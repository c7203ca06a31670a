// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A remote processor on the bare bytes of the shared memory, in OpenAMP's layout: it knows nothing
 * of the code under test. It announces all its services the moment it sees DRIVER_OK, in each
 * session anew, and echoes data.
 */
final class RawRemote implements AutoCloseable {
  /** Where data sent to {@link #ECHO} comes back from. */
  static final int ECHO = 0x4d2;

  private static final int STATUS = 0x2c;
  private static final int NUM = 256;
  private static final int DRIVER_OK = 4;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INDEX =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** Vring 0, on which this side sends. */
  private static final Ring OUT = new Ring(0x4000, 0x5000, 0x6000);

  /** Vring 1, on which this side receives. */
  private static final Ring IN = new Ring(0x8000, 0x9000, 0xA000);

  private record Ring(long desc, long avail, long used) {}

  /** An announcement: name, address and whether it is CREATE. */
  record Announcement(String name, int address, boolean create) {}

  final AtomicInteger sessions = new AtomicInteger();
  final AtomicInteger resets = new AtomicInteger();
  final AtomicLong sent = new AtomicLong();

  /** Announcements of the host: {@code +name@address} and {@code -name@address}. */
  final Set<String> heard = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Runnable onDriverOk;
  private final Thread thread;
  private final Map<Integer, String> services = new LinkedHashMap<>();
  private final List<Announcement> queue = new ArrayList<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;
  private volatile boolean running;
  private volatile boolean restart;
  private int lastOut;
  private int lastIn;

  /**
   * @param onDriverOk called on this remote's thread at the instant it sees DRIVER_OK
   */
  RawRemote(Path file, Runnable onDriverOk) {
    this.file = file;
    this.onDriverOk = onDriverOk;
    thread = Thread.ofPlatform().daemon().name("raw-remote").start(this::run);
  }

  /** Announces a service now, if the link is up, and in each later session. */
  void announce(String name, int address) {
    synchronized (services) {
      services.put(address, name);
      queue.add(new Announcement(name, address, true));
    }
  }

  /** Withdraws a service. */
  void withdraw(int address) {
    synchronized (services) {
      queue.add(new Announcement(services.remove(address), address, false));
    }
  }

  /** What is announced, in order: {@code name@address}. */
  List<String> expected() {
    synchronized (services) {
      List<String> all = new ArrayList<>();
      services.forEach((address, name) -> all.add(name + "@" + address));
      return all;
    }
  }

  /** Whether all announcements are in the ring, and no reset is asked for. */
  boolean quiet() {
    synchronized (services) {
      return queue.isEmpty() && !restart;
    }
  }

  /** Whether this side sees DRIVER_OK. */
  boolean running() {
    return running;
  }

  /** Asks the driver to reset, as a remote processor that crashed and came back does. */
  void restart() {
    restart = true;
  }

  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    closed = true;
    try {
      if (!thread.join(Duration.ofSeconds(10))) {
        throw new IllegalStateException("the raw remote does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = map(arena);
        if (memory != null) {
          serve(memory);
        }
      } catch (IOException | RuntimeException failure) {
        failures.add(failure);
        return;
      }
      Thread.yield();
    }
  }

  private MemorySegment map(Arena arena) throws IOException {
    if (!Files.exists(file) || Files.size(file) < 0x80000) {
      return null;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, 0x80000, arena);
    }
  }

  private Object key() {
    try {
      return Files.exists(file) ? Files.getAttribute(file, "unix:ino") : null;
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private void serve(MemorySegment memory) {
    Object inode = key();
    int idle = 0;
    while (!closed) {
      int status = memory.get(ValueLayout.JAVA_BYTE, STATUS) & 0xFF;
      if ((status & DRIVER_OK) == 0) {
        if (running) {
          running = false;
          resets.incrementAndGet();
        }
      } else if (!running) {
        begin(memory);
      } else if (restart) {
        restart = false;
        memory.set(ValueLayout.JAVA_BYTE, STATUS, (byte) (status | 0x40));
      } else if (index(memory, OUT.used) != lastOut || index(memory, IN.used) != lastIn) {
        running = false;
      } else {
        announceNext(memory);
        echo(memory);
      }
      if (++idle % 20_000 == 0 && !inode.equals(key())) {
        return;
      }
      Thread.yield();
    }
  }

  private void begin(MemorySegment memory) {
    onDriverOk.run();
    lastOut = index(memory, OUT.used);
    lastIn = index(memory, IN.used);
    synchronized (services) {
      queue.clear();
      services.forEach((address, name) -> queue.add(new Announcement(name, address, true)));
    }
    sessions.incrementAndGet();
    running = true;
  }

  private void announceNext(MemorySegment memory) {
    synchronized (services) {
      while (!queue.isEmpty() && index(memory, OUT.avail) != lastOut) {
        Announcement next = queue.removeFirst();
        byte[] payload = new byte[40];
        byte[] name = next.name.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(name, 0, payload, 0, name.length);
        MemorySegment.ofArray(payload).set(U32, 32, next.address);
        MemorySegment.ofArray(payload).set(U32, 36, next.create ? 0 : 1);
        send(memory, next.address, 53, payload);
        sent.incrementAndGet();
      }
    }
  }

  /** One message on ring 0; the caller has seen that there is a buffer. */
  private void send(MemorySegment memory, int src, int dst, byte[] payload) {
    int id = memory.get(U16, OUT.avail + 4 + 2L * (lastOut % NUM)) & 0xFFFF;
    long buffer = memory.get(U64, OUT.desc + 16L * id);
    memory.set(U32, buffer, src);
    memory.set(U32, buffer + 4, dst);
    memory.set(U32, buffer + 8, 0);
    memory.set(U16, buffer + 12, (short) payload.length);
    memory.set(U16, buffer + 14, (short) 0);
    MemorySegment.copy(MemorySegment.ofArray(payload), 0, memory, buffer + 16, payload.length);
    lastOut = use(memory, OUT, lastOut, id);
  }

  private void echo(MemorySegment memory) {
    while (index(memory, IN.avail) != lastIn && index(memory, OUT.avail) != lastOut) {
      int id = memory.get(U16, IN.avail + 4 + 2L * (lastIn % NUM)) & 0xFFFF;
      long buffer = memory.get(U64, IN.desc + 16L * id);
      int src = memory.get(U32, buffer);
      int dst = memory.get(U32, buffer + 4);
      byte[] payload = new byte[memory.get(U16, buffer + 12) & 0xFFFF];
      MemorySegment.copy(memory, buffer + 16, MemorySegment.ofArray(payload), 0, payload.length);
      lastIn = use(memory, IN, lastIn, id);
      if (dst == ECHO) {
        send(memory, ECHO, src, payload);
      } else if (dst == 53 && payload.length == 40) {
        hear(MemorySegment.ofArray(payload));
      }
    }
  }

  private void hear(MemorySegment message) {
    String name = message.getString(0, StandardCharsets.ISO_8859_1);
    heard.add((message.get(U32, 36) == 0 ? "+" : "-") + name + "@" + message.get(U32, 32));
  }

  private int use(MemorySegment memory, Ring ring, int index, int id) {
    long element = ring.used + 4 + 8L * (index % NUM);
    memory.set(U32, element, id);
    memory.set(U32, element + 4, memory.get(U32, ring.desc + 16L * id + 8));
    int next = (index + 1) & 0xFFFF;
    INDEX.setRelease(memory, ring.used + 2, (short) next);
    return next;
  }

  private static int index(MemorySegment memory, long ring) {
    return (short) INDEX.getAcquire(memory, ring + 2) & 0xFFFF;
  }
}
