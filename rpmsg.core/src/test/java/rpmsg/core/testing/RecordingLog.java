// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.testing;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.log.Logger;

/** A logger that keeps {@code LEVEL message} lines, arguments filled in as the Log Service does. */
public final class RecordingLog {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              lines.add(method.getName().toUpperCase() + " " + message(arguments));
              return null;
            });
  }

  /** All lines, in order; the list grows with them. */
  public List<String> lines() {
    return Collections.unmodifiableList(lines);
  }

  /** Those of that level so far. */
  public List<String> lines(String level) {
    return lines.stream().filter(line -> line.startsWith(level + " ")).toList();
  }

  private static String message(Object[] arguments) {
    String message = arguments[0].toString();
    for (int i = 1; i < arguments.length; i++) {
      Object[] values =
          arguments[i] instanceof Object[] array ? array : new Object[] {arguments[i]};
      for (Object value : values) {
        int hole = message.indexOf("{}");
        message =
            hole < 0
                ? message + " " + value
                : message.substring(0, hole) + value + message.substring(hole + 2);
      }
    }
    return message;
  }
}
