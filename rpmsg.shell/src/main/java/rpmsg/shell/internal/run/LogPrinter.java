// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import rpmsg.core.ChannelInfo;

/** Shows what our bundles log, from information on, and what was logged before it came. */
@Component(
    enabled = false,
    immediate = true,
    service = {})
public final class LogPrinter implements LogListener {
  private static final String OURS = "rpmsg";

  private final LogReaderService log;
  private long lastOfBacklog = -1;

  @Activate
  public LogPrinter(@Reference LogReaderService log) {
    this.log = log;
    synchronized (this) {
      log.addLogListener(this);
      for (LogEntry entry : oldestFirst(log.getLog())) {
        lastOfBacklog = Math.max(lastOfBacklog, entry.getSequence());
        print(entry);
      }
    }
  }

  @Deactivate
  void close() {
    log.removeLogListener(this);
  }

  private static List<LogEntry> oldestFirst(Enumeration<LogEntry> newestFirst) {
    return Collections.list(newestFirst).reversed();
  }

  @Override
  public synchronized void logged(LogEntry entry) {
    if (entry.getSequence() > lastOfBacklog) {
      print(entry);
    }
  }

  private static void print(LogEntry entry) {
    String name = entry.getLoggerName();
    if (name == null || !name.startsWith(OURS)) {
      return;
    }
    LogLevel level = entry.getLogLevel();
    if (level == LogLevel.ERROR || level == LogLevel.WARN) {
      System.err.println((level == LogLevel.ERROR ? "error: " : "warning: ") + line(entry));
    } else if (level == LogLevel.INFO || level == LogLevel.AUDIT) {
      System.out.println(line(entry));
    }
  }

  private static String line(LogEntry entry) {
    Throwable cause = entry.getException();
    return ChannelInfo.printable(entry.getMessage() + (cause == null ? "" : ": " + cause));
  }
}
