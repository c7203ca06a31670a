// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/**
 * Whatever a front-end says and writes into its rings: nothing is thrown but what is named in one
 * line, nothing is left, and the next front-end is served. Runs over its inputs; with JAZZER_FUZZ=1
 * it looks for more of them.
 */
class VhostFuzzTest {

  @TempDir private static Path folder;
  private static VhostHostileGuest good;
  private static VhostHostileDevice device;
  private static int resting;

  @BeforeAll
  static void listen() throws IOException, LinkException {
    good = new VhostHostileGuest();
    device = new VhostHostileDevice(folder.resolve("vhost.sock"));
    resting = Fd.open();
  }

  @AfterAll
  static void nothingIsLeft() {
    device.close();
    good.close();
    assertEquals(0, VhostHostileDevice.mapped());
  }

  @FuzzTest(maxDuration = "5m")
  void frontEndHarmsNobodyElse(FuzzedDataProvider data) throws Exception {
    try {
      run(data);
      expectWorking();
    } catch (Exception | AssertionError e) {
      device.close();
      good.close();
      listen();
      throw e;
    }
  }

  private static void run(FuzzedDataProvider data) throws IOException {
    device.failures.clear();
    device.broken.clear();
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(device, guest)) {
      new VhostFuzzScript(data, front).run();
      front.hangUp();
      assertEquals(1, device.failures.size(), device.failures::toString);
      expectNamed(device.failures.getFirst());
      assertEquals(resting, Fd.open());
      assertFalse(device.inUse());
      assertEquals(2, VhostHostileDevice.mapped(), "more than what the two guests map themselves");
    }
  }

  private static void expectNamed(LinkException why) {
    assertTrue(why.kind() == Kind.BAD_PEER || why.kind() == Kind.PEER_CLOSED, why::toString);
    String line = why.getMessage();
    assertTrue(line.startsWith("vhost-user:" + device.socket + ": "), line);
    assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 0x7F), line);
  }

  private static void expectWorking() {
    good.layOut();
    try (VhostHostileFront front = new VhostHostileFront(device, good)) {
      front.come(Stage.RUNNING);
      front.expectAnnouncement();
    }
  }
}
