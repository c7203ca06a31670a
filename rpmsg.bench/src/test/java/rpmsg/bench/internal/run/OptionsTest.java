// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  private static Options parse(String... arguments) throws UsageException {
    return Options.parse(List.of(arguments));
  }

  @Test
  void withoutOptionsEverythingIsMeasuredWell() throws UsageException {
    Options options = parse();
    assertEquals(List.of(16, 128, 496), options.sizes());
    assertEquals(List.of(), options.rows());
    assertEquals(0.6, options.seconds());
    assertNull(options.against());
    assertFalse(options.help() || options.peer() || options.quick());
    assertEquals(5, Timing.of(options).rounds());
  }

  @Test
  void quickIsOneSizeAndLessTimeUnlessTheseAreGiven() throws UsageException {
    assertEquals(List.of(16), parse("--quick").sizes());
    assertTrue(Timing.of(parse("--quick")).nanos() < Timing.of(parse()).nanos());
    Options given = parse("--seconds", "3", "--quick", "--sizes", "8,496");
    assertEquals(List.of(8, 496), given.sizes());
    assertEquals(3, given.seconds());
  }

  @Test
  void flagsAreKeptWhateverFollows() throws UsageException {
    Options options = parse("--help", "--peer", "--quick", "--sizes=8");
    assertTrue(options.help() && options.peer() && options.quick());
    assertTrue(parse("-h").help());
  }

  @Test
  void aSizeIsMeasuredOnce() throws UsageException {
    assertEquals(List.of(16, 8), parse("--sizes=16,8,16").sizes());
  }

  @Test
  void valuesFollowASpaceOrAnEqualsSign() throws UsageException {
    assertEquals(List.of("ours", "bare"), parse("--rows", "ours,bare").rows());
    assertEquals(List.of("ours", "bare"), parse("--rows=ours,bare").rows());
    assertEquals("a client --with=options", parse("--against=a client --with=options").against());
  }

  @Test
  void theTimeOfAFigureIsSharedByTheRounds() throws UsageException {
    Timing timing = Timing.of(parse("--seconds", "10"));
    assertEquals(10_000_000_000L, timing.nanos() * timing.rounds());
  }

  @Test
  void rowsOfManyLinksAreMeasuredLongerAndLessOften() throws UsageException {
    Timing alone = Timing.alone(parse());
    assertTrue(alone.nanos() >= 10 * Timing.of(parse()).nanos());
    assertEquals(3, alone.rounds());
    assertEquals(1, Timing.alone(parse("--quick")).rounds());
  }

  @Test
  void onlyAQuickRunWarmsUpForLessThanSixRounds() throws UsageException {
    assertEquals(6, Timing.of(parse()).leastWarmUps());
    assertEquals(2, Timing.of(parse("--quick")).mostWarmUps());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sizes=7",
        "--sizes=497",
        "--sizes=",
        "--sizes=x",
        "--seconds=0",
        "--seconds=-1",
        "--seconds=NaN",
        "--seconds=x",
        "--seconds=3600.1",
        "--rows",
        "--against",
        "--no-such",
        "run"
      })
  void badInputIsRefusedByItsName(String argument) {
    String name = argument.replaceAll("=.*", "");
    UsageException refused = assertThrows(UsageException.class, () -> parse(argument));
    assertTrue(refused.getMessage().contains(name), refused.getMessage());
  }
}
