// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.nio.file.Path;

/** Another process that opens a link, says how that went, and ends. */
final class OpenerProcess {

  private OpenerProcess() {}

  static String tryOpen(Path path, int index) throws Exception {
    ChildJvm child = ChildJvm.start(OpenerProcess.class, path.toString(), String.valueOf(index));
    return child.output().strip();
  }

  public static void main(String[] args) {
    int index = Integer.parseInt(args[1]);
    try (Link link = Links.open("shm:" + args[0], "poll", index, LinkOptions.DEFAULT)) {
      link.check();
      System.out.println("OPEN");
    } catch (LinkException e) {
      System.out.println(e.kind());
    }
  }
}
