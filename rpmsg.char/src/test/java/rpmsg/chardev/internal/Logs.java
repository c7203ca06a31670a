// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.log.Logger;

/** A logger that keeps what it is told: {@code level [format, arguments]}. */
public final class Logs {
  public final List<String> lines = new CopyOnWriteArrayList<>();

  public Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logs.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              lines.add(method.getName() + " " + Arrays.deepToString(arguments));
              return null;
            });
  }
}
