// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;

/** A transport that exists as long as this object is open: a factory configuration. */
final class ConfiguredTransport implements AutoCloseable {
  private static final String PID = "rpmsg.virtio";
  private static final long BOUND_SECONDS = 30;

  private final String name;
  private final BundleContext context;
  private final CountDownLatch gone = new CountDownLatch(1);
  private final ServiceTracker<TransportInfo, TransportInfo> info;
  private final Configuration configuration;

  /**
   * Configures it.
   *
   * @param properties without the name
   */
  ConfiguredTransport(
      BundleContext context, ConfigurationAdmin admin, String name, Map<String, Object> properties)
      throws IOException, InvalidSyntaxException {
    this.name = name;
    this.context = context;
    info =
        new ServiceTracker<>(context, filter(TransportInfo.class), null) {
          @Override
          public void removedService(ServiceReference<TransportInfo> r, TransportInfo service) {
            super.removedService(r, service);
            gone.countDown();
          }
        };
    info.open();
    configuration = admin.createFactoryConfiguration(PID, "?");
    Hashtable<String, Object> all = new Hashtable<>(properties);
    all.put("name", name);
    configuration.update(all);
  }

  private Filter filter(Class<?> type) throws InvalidSyntaxException {
    return context.createFilter(
        "(&(objectClass=%s)(%s=%s))".formatted(type.getName(), RpmsgChannel.TRANSPORT, name));
  }

  /** Waits until messages can be sent. */
  RpmsgTransport awaitReady()
      throws InvalidSyntaxException, InterruptedException, TimeoutException {
    return await(RpmsgTransport.class, filter(RpmsgTransport.class));
  }

  /** Waits until the other side has announced a service. */
  RpmsgChannel awaitChannel(String service)
      throws InvalidSyntaxException, InterruptedException, TimeoutException {
    return await(
        RpmsgChannel.class,
        context.createFilter(
            "(&%s(%s=%s))".formatted(filter(RpmsgChannel.class), RpmsgChannel.NAME, service)));
  }

  private <T> T await(Class<T> type, Filter filter) throws InterruptedException, TimeoutException {
    ServiceTracker<T, T> tracker = new ServiceTracker<>(context, filter, null);
    tracker.open();
    try {
      T service = tracker.waitForService(TimeUnit.SECONDS.toMillis(BOUND_SECONDS));
      if (service == null) {
        throw new TimeoutException("no " + filter + "; " + reason());
      }
      return service;
    } finally {
      tracker.close();
    }
  }

  private String reason() {
    TransportInfo there = info.getService();
    return there == null ? "there is no transport" : there.state() + " " + there.reason();
  }

  long counter(String counter) {
    return info.getService().counters().get(counter);
  }

  /** Removes it and waits until it has gone. */
  @Override
  public void close() throws IOException {
    configuration.delete();
    try {
      if (!gone.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(name + " does not go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(name);
    } finally {
      info.close();
    }
  }
}
