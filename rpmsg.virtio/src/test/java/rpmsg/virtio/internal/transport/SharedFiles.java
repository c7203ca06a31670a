// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Paths for shared memory that no other test and no other run uses. */
final class SharedFiles {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private SharedFiles() {}

  static Path fresh() {
    Path folder = Path.of("/dev/shm");
    Path parent = Files.isWritable(folder) ? folder : Path.of(System.getProperty("java.io.tmpdir"));
    return parent.resolve(
        "rpmsg-test-" + ProcessHandle.current().pid() + "-" + NEXT.getAndIncrement());
  }
}
