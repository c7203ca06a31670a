// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.testing.Remote;
import rpmsg.syscall.PseudoTerminal;

/** The name under which programs find a terminal. */
class TerminalLinkTest extends TtyRig {

  /** The terminal that the log names. */
  private Path terminal(String level) {
    Matcher path = Pattern.compile("/dev/pts/\\d+").matcher(log.lines(level).getLast());
    assertTrue(path.find(), log.lines(level).toString());
    return Path.of(path.group());
  }

  private void assertWorks(Path terminal) throws Exception {
    try (FileChannel program = program(terminal)) {
      write(program, new byte[] {7});
      assertEquals(7, remote.next()[0]);
    }
  }

  @Test
  void aFileThatIsThereStaysAndTheTerminalWorksAllTheSame() throws Exception {
    Files.writeString(link(0), "precious");
    RpmsgChannel channel = announce(1);
    assertEquals(1, log.lines("WARN").size());
    assertTrue(log.lines("WARN").getFirst().contains("not linked"), log.lines("WARN").toString());
    assertWorks(terminal("WARN"));
    remote.withdraw(channel);
    assertEquals("precious", Files.readString(link(0)));
  }

  @Test
  void aLinkToSomethingElseStays() throws Exception {
    for (String target : List.of("/dev/null", "/nowhere", "/dev/ptmx")) {
      Files.createSymbolicLink(link(0), Path.of(target));
      remote.withdraw(announce(1));
      assertEquals(Path.of(target), Files.readSymbolicLink(link(0)));
      Files.delete(link(0));
    }
    assertEquals(3, log.lines("WARN").size());
  }

  @Test
  void aLinkToATerminalThatIsGoneIsReplaced() throws Exception {
    Files.createSymbolicLink(link(0), Path.of("/dev/pts/4711"));
    announce(1);
    assertEquals(terminal("INFO"), Files.readSymbolicLink(link(0)));
    assertWorks(link(0));
  }

  @Test
  void aLinkToATerminalThatIsThereStays() throws Exception {
    try (PseudoTerminal other = PseudoTerminal.open()) {
      Files.createSymbolicLink(link(0), other.path());
      remote.withdraw(announce(1));
      assertEquals(other.path(), Files.readSymbolicLink(link(0)));
      Files.delete(link(0));
    }
  }

  @Test
  void aLinkThatLeadsToTheNewTerminalAlreadyServes() throws Exception {
    remote.withdraw(announce(1));
    Path last = terminal("INFO");
    Remote.await("it is gone", () -> Files.notExists(last));
    Files.createSymbolicLink(link(0), last);
    announce(2);
    assertEquals(terminal("INFO"), Files.readSymbolicLink(link(0)));
    assertWorks(link(0));
  }

  @Test
  void whereNoLinkCanBeMadeOneLineSaysSo() throws Exception {
    for (String link : List.of(folder.resolve("none/tty%d").toString(), "nul\0", "")) {
      try (Remote other = new Remote()) {
        TtyDriver linkless = driver(link);
        add(other, linkless);
        assertTrue(announce(other, 1).driver() != null);
        linkless.close();
      }
    }
    assertEquals(2, log.lines("WARN").size(), "an empty name is no link by intention");
  }

  @Test
  void aLinkThatSomebodyReplacedIsNotRemoved() throws Exception {
    RpmsgChannel channel = announce(1);
    Files.delete(link(0));
    Files.writeString(link(0), "theirs");
    remote.withdraw(channel);
    assertEquals("theirs", Files.readString(link(0)));
  }

  @Test
  void aRelativeLinkIsInTheFolderForTemporaryFiles() throws IOException {
    String name = folder.getFileName() + "-%d";
    Path expected = Path.of(System.getProperty("java.io.tmpdir"), folder.getFileName() + "-0");
    try (Remote other = new Remote()) {
      TtyDriver relative = driver(name);
      add(other, relative);
      announce(other, 1);
      assertTrue(Files.isSymbolicLink(expected));
    }
    assertFalse(Files.exists(expected, LinkOption.NOFOLLOW_LINKS));
  }
}
