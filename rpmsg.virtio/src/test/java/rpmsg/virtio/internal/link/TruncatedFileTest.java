// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file that is cut while it is mapped ends the link with a named error, and the process lives: in
 * interpreted and in compiled code, in memory and on a disk.
 */
class TruncatedFileTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
  void truncationEndsTheLinkNotTheProcess(String mode) throws Exception {
    assertEquals("[TRUNCATED]", run(mode, folder.resolve("disk.shm")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:-TieredCompilation"})
  void truncationOfMemoryEndsTheLinkNotTheProcess(String mode) throws Exception {
    Path path = Path.of("/dev/shm", "rpmsg-test-" + ProcessHandle.current().pid() + ".shm");
    try {
      assertEquals("[TRUNCATED]", run(mode, path));
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private static String run(String mode, Path path) throws Exception {
    return ChildJvm.start(List.of(mode), TruncatingProcess.class, path.toString()).output().strip();
  }
}
