// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.RpmsgChannel;

/** The services of this container, and what cases have in common. */
final class Services {
  /** For all that cases wait for; the test outside waits a little longer for their outcome. */
  static final Duration BOUND = Duration.ofSeconds(90);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final BundleContext context;

  Services(BundleContext context) {
    this.context = context;
  }

  <T> Collection<ServiceReference<T>> references(Class<T> type, String filter) {
    try {
      return context.getServiceReferences(type, filter);
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  <T> List<T> all(Class<T> type, String filter) {
    return references(type, filter).stream()
        .map(context::getService)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Waits for a service. */
  <T> T one(Class<T> type, String filter) {
    await(() -> "no " + type.getSimpleName() + filter, () -> !all(type, filter).isEmpty());
    return all(type, filter).getFirst();
  }

  ControlDevice control() {
    return one(ControlDevice.class, "(rpmsg.node=/dev/rpmsg_ctrl*)");
  }

  RpmsgChannel channel(String name) {
    return one(RpmsgChannel.class, "(rpmsg.name=" + name + ")");
  }

  EndpointDevice device(String name) {
    return one(EndpointDevice.class, "(rpmsg.name=" + name + ")");
  }

  static void await(Supplier<String> what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND.toNanos()) {
        throw new AssertionError("not in time: " + what.get());
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  static void check(boolean holds, Object what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  static void checkEquals(Object expected, Object actual, String what) {
    check(expected.equals(actual), what + ": expected " + expected + " but was " + actual);
  }
}
