// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionParserTest {
  private static RunOptions parse(String line) throws UsageException {
    return OptionParser.parse(line.isEmpty() ? List.of() : List.of(line.split(" ")));
  }

  @Test
  void withoutOptionsItIsTheHostOfALoopback() throws Exception {
    RunOptions options = parse("");
    assertEquals(Role.HOST, options.role());
    assertTrue(options.loopback());
    assertEquals("local", options.doorbell());
    assertEquals(0, options.index());
    assertEquals(Duration.ofSeconds(30), options.timeout());
    assertEquals(Duration.ofMillis(500), options.linger());
    assertFalse(options.once() || options.alwaysKick() || options.noStatus() || options.help());
  }

  @Test
  void aPeerInAnotherProcessIsWaitedForLonger() throws Exception {
    assertEquals(Duration.ofSeconds(2), parse("--link shm:/x").linger());
    assertEquals(Duration.ofSeconds(2), parse("--conf d").linger());
    assertEquals(Duration.ofSeconds(1), parse("--linger 1").linger());
  }

  @Test
  void everyOptionIsRead() throws Exception {
    RunOptions options =
        parse(
            "--role remote --link shm:/dev/shm/x --doorbell unix:/tmp/d --index 1 --always-kick"
                + " --no-status --reannounce 3 --echo demo@0x500 --echo tty --ping demo:10000:496"
                + " --timeout 5 --linger 0.5 --once");
    assertEquals(
        new RunOptions(
            Role.REMOTE,
            "shm:/dev/shm/x",
            "unix:/tmp/d",
            1,
            true,
            true,
            false,
            Duration.ofSeconds(3),
            List.of(new EchoOption("demo", "0x500"), new EchoOption("tty", "any")),
            List.of(new PingOption("demo", 10_000, 496)),
            Duration.ofSeconds(5),
            Duration.ofMillis(500),
            true,
            null,
            false),
        options);
  }

  @Test
  void sharedMemoryIsPolledUnlessToldOtherwise() throws Exception {
    assertEquals("poll", parse("--link shm:/dev/shm/x").doorbell());
  }

  @Test
  void vhostUserListensOrConnectsAndHasADoorbellOfItsOwn() throws Exception {
    RunOptions remote = parse("--role remote --link vhost-user:/tmp/s");
    assertEquals("vhost-user:/tmp/s", remote.link());
    assertEquals("", remote.doorbell());
    assertFalse(remote.connect());
    assertTrue(parse("--link vhost-user:/tmp/s --connect").connect());
    assertTrue(parse("--role remote --link vhost-user:/tmp/s --connect").connect());
  }

  @Test
  void relativePathsAreThoseOfTheCaller() throws Exception {
    Path here = Path.of("").toAbsolutePath();
    assertEquals("shm:" + here.resolve("x"), parse("--link shm:x").link());
    assertEquals("unix:" + here.resolve("d"), parse("--link shm:x --doorbell unix:d").doorbell());
  }

  @Test
  void aValueMayFollowAnEqualsSign() throws Exception {
    assertEquals("shm:/a=b", parse("--link=shm:/a=b").link());
  }

  @Test
  void theLastOfAnOptionCounts() throws Exception {
    assertEquals(Duration.ofSeconds(7), parse("--timeout 5 --timeout 7").timeout());
  }

  @ParameterizedTest
  @CsvSource({"demo, demo, any", "demo@1280, demo, 1280", "a@b@0x7fffffff, a@b, 0x7fffffff"})
  void anEchoHasANameAndMaybeAnAddress(String text, String name, String address) throws Exception {
    assertEquals(List.of(new EchoOption(name, address)), parse("--echo " + text).echoes());
  }

  @Test
  void aPingNameMayContainColons() throws Exception {
    assertEquals(List.of(new PingOption("a:b", 1, 0)), parse("--ping a:b:1:0").pings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "--once --help"})
  void helpIsAsked(String line) throws Exception {
    assertTrue(parse(line).help());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--bogus              | unknown option --bogus; ./rpmsg run --help lists the options",
        "-x                   | unknown option -x; ./rpmsg run --help lists the options",
        "more                 | unexpected argument more; ./rpmsg run --help lists the options",
        "--once=yes           | --once takes no value; ./rpmsg run --help lists the options",
        "--role               | --role needs a value; ./rpmsg run --help lists the options",
        "--role master        | --role master: must be host or remote",
        "--link tcp:1         | --link tcp:1: must be loopback, shm:PATH or" + " vhost-user:SOCKET",
        "--link shm:          | --link shm: the path is missing",
        "--link vhost-user:   | --link vhost-user: the path is missing",
        "--connect            | --connect needs --link vhost-user:SOCKET",
        "--link vhost-user:/s | --role host over vhost-user needs --connect: it cannot listen",
        "--link vhost-user:/s --role remote --index 0 | --index does not go with --link vhost-user:"
            + " leave it out",
        "--reannounce 0.5     | --reannounce 0.5: must be whole seconds",
        "--doorbell irq       | --doorbell irq: must be poll, futex or unix:PATH",
        "--doorbell unix:     | --doorbell unix: the path is missing",
        "--doorbell unix:/a   | --doorbell unix:/a needs --link shm:PATH",
        "--doorbell futex     | --doorbell futex needs --link shm:PATH",
        "--index 2            | --index 2: must be 0 (creates the memory) or 1 (comes second)",
        "--echo @5            | --echo: the channel name is missing",
        "--echo a@            | --echo a@: the address must be a number such as 0x500 or 1280",
        "--echo a@-1          | --echo a@-1: the address must be 0 to 0x7fffffff",
        "--echo a@0x80000000  | --echo a@0x80000000: the address must be 0 to 0x7fffffff",
        "--echo a@53          | --echo a@53: address 53 belongs to the name service, choose"
            + " another",
        "--ping a             | --ping a: must be NAME:COUNT:SIZE, for example demo:1000:64",
        "--ping a:1           | --ping a:1: must be NAME:COUNT:SIZE, for example demo:1000:64",
        "--ping :1:1          | --ping: the channel name is missing",
        "--ping a:0:1         | --ping a:0:1: COUNT must be a number from 1 to 10000000",
        "--ping a:1:65536     | --ping a:1:65536: SIZE must be a number from 0 to 65535",
        "--ping a:1:-1        | --ping a:1:-1: SIZE must be a number from 0 to 65535",
        "--ping a:1:x         | --ping a:1:x: SIZE must be a number from 0 to 65535",
        "--timeout soon       | --timeout soon: must be a number of seconds, 0 to 1000000",
        "--timeout -1         | --timeout -1: must be a number of seconds, 0 to 1000000",
        "--linger NaN         | --linger NaN: must be a number of seconds, 0 to 1000000",
        "--conf d --index 0   | --index and --conf: say it in the files of the folder, or leave out"
            + " --conf",
      })
  void badInputIsOneLineThatSaysWhatToDo(String line, String message) {
    assertEquals(message, assertThrows(UsageException.class, () -> parse(line)).getMessage());
  }

  @Test
  void aNameHasAtMost31Bytes() throws Exception {
    String name = "n".repeat(31);
    assertEquals(name, parse("--echo " + name).echoes().getFirst().name());
    UsageException refused =
        assertThrows(UsageException.class, () -> parse("--echo " + name + "n"));
    assertTrue(refused.getMessage().endsWith("a channel name has at most 31 bytes, this one 32"));
  }

  @Test
  void aNameIsOneByteACharacter() {
    assertThrows(UsageException.class, () -> parse("--echo caf\u20ac"));
  }
}
