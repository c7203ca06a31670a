// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import rpmsg.core.TransportInfo;
import rpmsg.shell.internal.echo.EchoService;
import rpmsg.shell.internal.ping.PingService;

/** Watches a run, then opens the shell or ends the process. */
@Component(
    enabled = false,
    immediate = true,
    service = {})
public final class Monitor {
  private static final long TICK_MILLIS = 20;
  private static final String SHELL = "org.apache.felix.gogo.shell";

  private final List<TransportInfo> transports = new CopyOnWriteArrayList<>();
  private final List<PingService> pings = new CopyOnWriteArrayList<>();
  private final List<EchoService> echoes = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService ticks =
      new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "rpmsg run"));
  private final BundleContext context;
  private final RunSettings settings;
  private final ExitRule exitRule;
  private final ShellRule shellRule;

  @Activate
  public Monitor(BundleContext context) {
    this.context = context;
    this.settings = RunSettings.of(context);
    this.exitRule = ExitRule.of(settings);
    this.shellRule = new ShellRule(settings.started());
    ticks.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Deactivate
  void close() {
    ticks.shutdownNow();
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addTransport(TransportInfo transport) {
    transports.add(transport);
  }

  void removeTransport(TransportInfo transport) {
    transports.remove(transport);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPing(PingService ping) {
    pings.add(ping);
  }

  void removePing(PingService ping) {
    pings.remove(ping);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEcho(EchoService echo) {
    echoes.add(echo);
  }

  void removeEcho(EchoService echo) {
    echoes.remove(echo);
  }

  private void tick() {
    long now = System.nanoTime();
    Observation seen = Observation.of(settings.options(), transports, pings);
    if (!settings.interactive()) {
      Exit exit = exitRule.next(now, seen);
      if (exit != null) {
        end(exit);
      }
    } else if (seen.misconfigured()) {
      end(Exit.badInput(seen.reason()));
    } else if (shellRule.open(now, seen)) {
      openShell(seen);
    }
  }

  private void openShell(Observation seen) {
    ticks.shutdown();
    if (seen.complaint() != null) {
      System.err.println("rpmsg: " + seen.complaint());
    }
    System.out.println("rpmsg:ls shows what is there, help lists the commands, Ctrl-D ends");
    for (Bundle bundle : context.getBundles()) {
      if (SHELL.equals(bundle.getSymbolicName())) {
        start(bundle);
      }
    }
  }

  private static void start(Bundle shell) {
    try {
      shell.start();
    } catch (BundleException e) {
      System.err.println("rpmsg: the shell does not start: " + e.getMessage());
    }
  }

  /** The launcher stops the container when the process is told to exit. */
  private void end(Exit exit) {
    ticks.shutdown();
    for (EchoService echo : echoes) {
      if (echo.echoed() + echo.dropped() > 0) {
        System.out.println(
            "echo %s: %d echoed, %d dropped".formatted(echo.name(), echo.echoed(), echo.dropped()));
      }
    }
    if (exit.reason() != null) {
      System.err.println("rpmsg: " + exit.reason());
    }
    new Thread(() -> System.exit(exit.code()), "rpmsg exit").start();
  }
}
