// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.testing.RecordingLog;
import rpmsg.core.testing.Remote;
import rpmsg.syscall.Fd;

/** A driver with a remote; after each test no thread and no descriptor is left. */
@Timeout(60)
abstract class TtyRig {
  @TempDir Path folder;
  final RecordingLog log = new RecordingLog();
  Remote remote;
  TtyDriver driver;
  private int descriptors;

  @BeforeEach
  void start() {
    descriptors = Fd.open();
    remote = new Remote();
    driver = driver(folder.resolve("ttyRPMSG%d").toString());
    add(remote, driver);
  }

  @AfterEach
  void stop() {
    remote.close();
    driver.close();
    Remote.await("the thread's end", () -> !threadThere());
    Remote.await("all descriptors are closed", () -> Fd.open() == descriptors);
    assertEquals(0, links(), "links are left");
  }

  static void add(Remote remote, RpmsgDriver driver) {
    remote.bus.add(DriverEntry.of("rpmsg_tty", List.of(TtyDriver.CHANNEL), driver));
  }

  /** Announces a terminal and returns its channel when a driver was probed. */
  RpmsgChannel announce(int address) {
    return announce(remote, address);
  }

  static RpmsgChannel announce(Remote remote, int address) {
    return remote.announce(TtyDriver.CHANNEL, address);
  }

  TtyDriver driver(String link) {
    return new TtyDriver(log.logger(), config(link, 0));
  }

  static TtyDriver.Config config(String link, int backlog) {
    return new TtyDriver.Config() {
      @Override
      public String link() {
        return link;
      }

      @Override
      public int backlog() {
        return backlog;
      }

      @Override
      public Class<? extends Annotation> annotationType() {
        return TtyDriver.Config.class;
      }
    };
  }

  Path link(int number) {
    return folder.resolve("ttyRPMSG" + number);
  }

  private long links() {
    String[] left =
        folder.toFile().list((f, name) -> Files.isSymbolicLink(f.toPath().resolve(name)));
    return left.length;
  }

  static boolean threadThere() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(t -> t.getName().equals("rpmsg-tty"));
  }

  /** What a program does that opens a serial line. */
  FileChannel program(int number) throws IOException {
    return program(link(number));
  }

  static FileChannel program(Path terminal) throws IOException {
    return FileChannel.open(terminal, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Reads so many bytes. */
  static byte[] read(FileChannel program, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && program.read(buffer) > 0) {}
    return java.util.Arrays.copyOf(buffer.array(), buffer.position());
  }

  static void write(FileChannel program, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      program.write(buffer);
    }
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** All that came from the terminals until there were so many bytes. */
  byte[] sent(int count) throws InterruptedException {
    ByteBuffer all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) {
      all.put(remote.next());
    }
    return all.array();
  }
}
