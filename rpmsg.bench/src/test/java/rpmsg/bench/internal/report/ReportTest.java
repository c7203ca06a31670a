// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {

  private static final List<String> ROWS = List.of("ours-poll-copy", "bare", "echo<only>");

  private final Results results = new Results(ROWS, 2);

  ReportTest() {
    for (int size : List.of(16, 496)) {
      add(0, "ours-poll-copy", size, figures(1.0, 2.0, 10));
      add(1, "ours-poll-copy", size, figures(3.0, 6.0, 30));
      add(0, "bare", size, figures(0.5, 1.0, 20));
      add(1, "bare", size, figures(1.5, 3.0, 60));
      add(1, "echo<only>", size, Map.of(Metric.P50, 60.0, Metric.P99, 160.0));
    }
  }

  private void add(int round, String row, int size, Map<Metric, Double> figures) {
    results.add(round, row, size, figures);
  }

  private static Map<Metric, Double> figures(double p50, double p99, double rate) {
    Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    figures.put(Metric.P50, p50);
    figures.put(Metric.P99, p99);
    figures.put(Metric.MAX, 10 * p99);
    figures.put(Metric.TO_DEVICE, rate);
    figures.put(Metric.TO_DRIVER, rate);
    figures.put(Metric.SEND_BYTES, 0.0);
    figures.put(Metric.DOORBELLS_TO_DEVICE, 0.03125);
    return figures;
  }

  private static List<String> words(String table, String size, String row) {
    return table
        .lines()
        .map(line -> List.of(line.strip().split(" {2,}")))
        .filter(words -> words.get(0).equals(size) && words.get(1).equals(row))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRatioSaysHowManyTimesWorseARowIsWhateverIsBetterForTheFigure() {
    String table = new Tables(results).ratios("ours-poll-copy");
    assertEquals(
        List.of("496", "ours-poll-copy", "1.00", "1.00", "1.00", "1.00"),
        words(table, "496", "ours-poll-copy"));
    assertEquals(List.of("16", "bare", "0.50", "0.50", "0.50", "0.50"), words(table, "16", "bare"));
  }

  @Test
  void whatWasNotMeasuredIsADash() {
    Tables tables = new Tables(results);
    assertEquals(
        List.of("16", "echo<only>", "60.0 (60.0..60.0)", "160 (160..160)", "-", "-"),
        words(tables.absolute(), "16", "echo<only>"));
    assertEquals(
        List.of("16", "echo<only>", "20.00", "26.67", "-", "-"),
        words(tables.ratios("ours-poll-copy"), "16", "echo<only>"));
  }

  @Test
  void absoluteNumbersAreMediansWithTheirRange() {
    assertEquals(
        List.of(
            "16",
            "bare",
            "1.00 (0.50..1.50)",
            "2.00 (1.00..3.00)",
            "40.0 (20.0..60.0)",
            "40.0 (20.0..60.0)"),
        words(new Tables(results).absolute(), "16", "bare"));
  }

  @Test
  void countsShowTheLongestRoundTripOfAllRoundsAndNotItsMedian() {
    List<String> cells = words(new Tables(results).counts(), "16", "ours-poll-copy");
    assertEquals("60.0", cells.get(2));
    assertEquals("0.00", cells.get(3));
    assertEquals("0.0313", cells.get(6));
  }

  @Test
  void aRowIsComparedWithOneOtherWhereBothAreThere() {
    Tables tables = new Tables(results);
    assertEquals(
        List.of("16", "bare", "0.50 (0.50..0.50)", "0.50 (0.50..0.50)"),
        words(tables.ratios("ours-poll-copy", "bare"), "16", "bare").subList(0, 4));
    assertEquals(1 + 2, tables.ratios("ours-poll-copy", "bare").lines().count());
    assertEquals("", tables.ratios("ours-poll-copy", "aeron"));
    assertEquals("", tables.ratios("aeron", "bare"));
  }

  @Test
  void whatIsMeasuredOfFewRowsOrAtOneSizeHasATableOfItsOwn() {
    Tables none = new Tables(results);
    assertEquals("", none.woken() + none.floods() + none.idle());
    add(0, "bare", 16, Map.of(Metric.WOKEN_P50, 50.0, Metric.WOKEN_P99, 90.0));
    add(0, "bare", 496, Map.of(Metric.UNEVEN_TO_DEVICE, 1.5));
    add(0, "bare", 0, Map.of(Metric.IDLE_DRIVER, 0.25, Metric.HEAP_DRIVER, 107.0));
    Tables tables = new Tables(results);
    assertEquals(
        List.of("16", "bare", "50.0 (50.0..50.0)", "90.0 (90.0..90.0)", "-", "-"),
        words(tables.woken(), "16", "bare"));
    assertEquals("1.50 (1.50..1.50)", words(tables.floods(), "496", "bare").get(4));
    assertEquals(List.of("0", "bare", "0.25", "-", "107", "-"), words(tables.idle(), "0", "bare"));
    for (String table : List.of(tables.woken(), tables.floods(), tables.idle())) {
      assertEquals(2, table.lines().count(), table);
    }
    assertEquals(1 + 2 * 3, tables.absolute().lines().count());
    assertTrue(Csv.of(results).contains("bare,0,idle_driver,% of a core,1,0.25"));
  }

  @Test
  void theChartLeavesOutWhatItHasNoBarFor() {
    String before = Chart.of(results);
    add(0, "bare", 0, Map.of(Metric.IDLE_DRIVER, 0.25));
    assertEquals(before, Chart.of(results));
  }

  @Test
  void roundsThatDisagreeAreCounted() {
    assertEquals(
        "16 of 20 figures differ by more than 30 % between rounds", new Tables(results).noise());
  }

  @Test
  void roundsDisagreeWhereTheMostIs30PercentAboveTheLeast() {
    Results some = new Results(List.of("calm", "noisy"), 2);
    some.add(0, "calm", 16, Map.of(Metric.P50, 1.0));
    some.add(1, "calm", 16, Map.of(Metric.P50, 1.25));
    some.add(0, "noisy", 16, Map.of(Metric.P50, 1.0));
    some.add(1, "noisy", 16, Map.of(Metric.P50, 1.35));
    assertEquals(
        "1 of 2 figures differ by more than 30 % between rounds", new Tables(some).noise());
  }

  @Test
  void namesStandAtTheLeftOfTheirColumnAndFiguresAtTheRight() {
    Table table = new Table("bytes", "row", "us").add("16", "a", "10.0").add("496", "bare", "1.0");
    assertEquals(
        """
        bytes  row     us
        16     a     10.0
        496    bare   1.0
        """,
        table.toString());
  }

  @Test
  void theFileForProgramsHasEveryValueOfEveryRound() {
    List<String> lines = Csv.of(results).lines().toList();
    assertEquals("row,bytes,metric,unit,round,value", lines.getFirst());
    assertTrue(lines.contains("bare,16,to_device,M/s,2,60.0"), lines.toString());
    assertEquals(1 + 2 * (2 * 2 * 7 + 2), lines.size());
    assertFalse(lines.stream().anyMatch(line -> line.contains("NaN")));
  }

  @Test
  void theChartIsWellFormedAndHasABarForEachFigure() throws Exception {
    Document svg = chart(results);
    assertEquals("svg", svg.getDocumentElement().getTagName());
    NodeList bars = svg.getElementsByTagName("rect");
    assertEquals(1 + 2 * (2 * 3 + 1), bars.getLength());
    for (int i = 1; i < bars.getLength(); i++) {
      double width = number(bars, i, "width");
      assertTrue(width > 0 && width < 400, "width " + width);
    }
    assertTrue(svg.getDocumentElement().getTextContent().contains("echo<only>"));
  }

  @Test
  void theBarOfTheGreaterFigureIsLonger() throws Exception {
    Results two = new Results(List.of("a", "b"), 1);
    two.add(0, "a", 16, Map.of(Metric.P50, 1.0));
    two.add(0, "b", 16, Map.of(Metric.P50, 100.0));
    NodeList bars = chart(two).getElementsByTagName("rect");
    assertEquals(3, bars.getLength());
    assertTrue(number(bars, 1, "width") * 5 < number(bars, 2, "width"));
  }

  @Test
  void aBarEndsAtTheMedianAndItsLineSpansAllRounds() throws Exception {
    Results one = new Results(List.of("a"), 3);
    for (int round = 0; round < 3; round++) {
      one.add(round, "a", 16, Map.of(Metric.P50, Math.pow(2, round)));
    }
    Document svg = chart(one);
    NodeList bars = svg.getElementsByTagName("rect");
    NodeList lines = svg.getElementsByTagName("line");
    double end = number(bars, 1, "x") + number(bars, 1, "width");
    assertEquals(end - number(lines, 0, "x1"), number(lines, 0, "x2") - end, 0.2);
    assertTrue(number(lines, 0, "x1") < end);
  }

  @Test
  void ourBarsAreOfAColourOfTheirOwn() throws Exception {
    Results two = new Results(List.of("ours-poll-copy", "bare"), 1);
    two.add(0, "ours-poll-copy", 16, Map.of(Metric.P50, 1.0));
    two.add(0, "bare", 16, Map.of(Metric.P50, 1.0));
    NodeList bars = chart(two).getElementsByTagName("rect");
    assertEquals("#2a6fb0", text(bars, 1, "fill"));
    assertEquals("#a8a8a8", text(bars, 2, "fill"));
  }

  private static Document chart(Results results) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(Chart.of(results))));
  }

  private static String text(NodeList shapes, int index, String attribute) {
    return shapes.item(index).getAttributes().getNamedItem(attribute).getNodeValue();
  }

  private static double number(NodeList shapes, int index, String attribute) {
    return Double.parseDouble(text(shapes, index, attribute));
  }

  @Test
  void theMachineIsDescribedWithProcessorsKernelJvmAndFlags() throws Exception {
    String text = Machine.describe(List.of("-Xmx1g"));
    assertTrue(text.contains(Runtime.version().toString()), text);
    assertTrue(text.contains(System.getProperty("os.version")), text);
    assertTrue(text.contains(Runtime.getRuntime().availableProcessors() + " processors"), text);
    assertTrue(text.contains("-Xmx1g"), text);
    assertTrue(text.matches("(?s)machine  .*[A-Za-z].*, \\d+ processors.*"), "a name: " + text);
  }
}
