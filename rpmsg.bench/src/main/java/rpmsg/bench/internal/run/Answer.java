// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What a node answered: {@code name=value} with spaces between. */
record Answer(Map<String, String> values) {
  static Answer of(String line) {
    Map<String, String> values = new HashMap<>();
    for (String word : line.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return new Answer(Map.copyOf(values));
  }

  String text(String name) throws BenchException {
    String value = values.get(name);
    if (value == null) {
      throw new BenchException("the answer lacks " + name + ": " + values);
    }
    return value;
  }

  double number(String name) throws BenchException {
    return Double.parseDouble(text(name));
  }

  /** Where there is one for each link. */
  double[] numbers(String name) throws BenchException {
    return Arrays.stream(text(name).split(",")).mapToDouble(Double::parseDouble).toArray();
  }

  boolean has(String name) {
    return values.containsKey(name);
  }
}
