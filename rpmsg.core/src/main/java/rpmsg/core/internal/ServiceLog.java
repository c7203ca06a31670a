// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import org.osgi.service.log.Logger;

/** The OSGi Log Service. */
public record ServiceLog(Logger logger) implements Log {
  @Override
  public void info(String message) {
    logger.info(message);
  }

  @Override
  public void warn(String message, Throwable cause) {
    if (cause == null) {
      logger.warn(message);
    } else {
      logger.warn("{}: {}", message, cause.toString(), cause);
    }
  }
}
