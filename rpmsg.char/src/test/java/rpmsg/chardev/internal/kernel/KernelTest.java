// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.ChannelInfo;
import rpmsg.core.testing.RecordingLog;
import rpmsg.syscall.Fd;

/** A bus over a fake kernel. */
abstract class KernelTest {
  static final ChannelInfo MINE = new ChannelInfo("mine", 4000, 1025);

  @TempDir Path folder;
  final RecordingLog logs = new RecordingLog();
  final FakeRegistry registry = new FakeRegistry();
  final AtomicInteger looksAskedFor = new AtomicInteger();
  FakeKernel kernel;
  KernelBus bus;
  private final int before = Fd.open();

  @BeforeEach
  void open() throws IOException {
    kernel = new FakeKernel(folder);
    bus =
        new KernelBus(
            new Sysfs(kernel.sys),
            new Nodes(kernel.dev, kernel, logs.logger()),
            registry,
            logs.logger(),
            looksAskedFor::incrementAndGet);
  }

  @AfterEach
  void nothingIsLeft() {
    bus.stop();
    assertEquals(0, registry.things.size());
    Bounded.until("descriptors are closed", () -> Fd.open() == before);
  }

  /** The control device of a kernel that has one. */
  KernelControl control() {
    kernel.control();
    bus.look();
    return registry.one(KernelControl.class);
  }
}
