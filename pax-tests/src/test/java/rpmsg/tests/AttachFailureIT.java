// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.TransportInfo;
import rpmsg.core.spi.NameService;

/** A name service that does not attach: not ready, one log line, nothing left behind, recovers. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AttachFailureIT {
  @Inject private BundleContext context;
  @Inject private LogReaderService logs;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Test
  public void lx108_oneThatFailsKeepsTheLinkDown() throws Exception {
    NameService failing =
        (space, bound) -> {
          throw new RpmsgException(Errno.ENOSPC, "made to fail");
        };
    attachWith(failing, "made to fail");
  }

  @Test
  public void lx108_oneThatLiesKeepsTheLinkDown() throws Exception {
    attachWith((space, bound) -> () -> {}, "nothing is bound at 53");
  }

  @Test
  public void lx108_oneThatHangsKeepsTheLinkDownAndIsEndedAtItsBound() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    NameService hanging =
        (space, bound) -> {
          try {
            new CountDownLatch(1).await(1, TimeUnit.HOURS);
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          throw new RpmsgException(Errno.EINTR, "interrupted");
        };
    attachWith(hanging, "did not attach within");
    assertTrue(interrupted.await(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
  }

  private void attachWith(NameService broken, String reason) throws Exception {
    AtomicInteger lines = new AtomicInteger();
    LogListener listener = entry -> count(entry, reason, lines);
    logs.addLogListener(listener);
    try (Rig rig = new Rig(context)) {
      rig.remote.announce("patient", 0x400);
      rig.awaitAllAnnounced();
      rig.unconfigure();
      rig.stop("rpmsg.ns");
      Rig.await(() -> "reset", () -> !rig.remote.running());
      int sessions = rig.remote.sessions.get();
      ServiceRegistration<NameService> registration =
          context.registerService(NameService.class, broken, null);
      rig.configure();
      Rig.await(
          () -> "reason " + reason,
          () ->
              rig.references("rpmsg.core.TransportInfo", null).stream()
                  .anyMatch(info -> reasonOf(info).contains(reason)));
      Rig.await(() -> "a log line", () -> lines.get() == 1);
      assertFalse(rig.ready());
      assertFalse("never DRIVER_OK", rig.remote.running());
      assertEquals(sessions, rig.remote.sessions.get());
      assertFalse(
          "no service",
          context
              .getServiceReferences(rpmsg.core.RpmsgTransport.class, "(rpmsg.transport=it)")
              .iterator()
              .hasNext());
      Rig.await(
          () -> "no thread", () -> Rig.threads().stream().noneMatch(t -> t.contains("attach")));
      registration.unregister();
      rig.start("rpmsg.ns");
      rig.awaitAllAnnounced();
      assertEquals("one line", 1, lines.get());
      assertEquals("DRIVER_OK while nobody was bound at 53", 0, rig.unbound.get());
    } finally {
      logs.removeLogListener(listener);
      rigStartNameService();
    }
  }

  private void rigStartNameService() throws Exception {
    for (var bundle : context.getBundles()) {
      if ("rpmsg.ns".equals(bundle.getSymbolicName())) {
        bundle.start();
      }
    }
  }

  private String reasonOf(ServiceReference<?> reference) {
    TransportInfo info = (TransportInfo) context.getService(reference);
    return info == null ? "" : info.reason();
  }

  private static void count(LogEntry entry, String reason, AtomicInteger lines) {
    if (entry.getLogLevel() == LogLevel.ERROR && entry.getMessage().contains(reason)) {
      lines.incrementAndGet();
    }
  }
}
