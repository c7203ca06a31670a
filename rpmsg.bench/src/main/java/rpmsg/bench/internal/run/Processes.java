// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ends processes. */
final class Processes {
  private static final int PATIENCE_SECONDS = 5;

  private Processes() {}

  /** Asks a process and all that it has started to end, and makes those end that do not. */
  static void end(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    descendants.forEach(ProcessHandle::destroy);
    if (!ended(process)) {
      process.destroyForcibly();
    }
    descendants.stream().filter(handle -> !ended(handle)).forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean ended(Process process) {
    return ended(process.toHandle());
  }

  private static boolean ended(ProcessHandle handle) {
    try {
      handle.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (Exception late) {
      return false;
    }
  }
}
