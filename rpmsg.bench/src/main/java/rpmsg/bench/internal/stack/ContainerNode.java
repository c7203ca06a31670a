// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.node.Node;

/**
 * A {@link Node} in a container, where the property {@link #PROPERTY} is {@code node}: it reads the
 * process's standard input and stops the container at its end.
 */
@Component(
    immediate = true,
    service = {})
public final class ContainerNode {
  /** What this bundle is to do in its container. */
  static final String PROPERTY = "rpmsg.bench";

  /** In place of an API: the other end is a foreign client. */
  private static final String AGAINST = "AGAINST";

  private final BundleContext context;
  private final ConfigurationAdmin admin;
  private final AtomicInteger opened = new AtomicInteger();

  @Activate
  public ContainerNode(BundleContext context, @Reference ConfigurationAdmin admin) {
    this.context = context;
    this.admin = admin;
    if ("node".equals(context.getProperty(PROPERTY))) {
      Thread.ofPlatform().daemon().name("bench-node").start(this::run);
    }
  }

  private void run() {
    try {
      new Node(this::open, System.err).run(System.in, System.out);
    } catch (Exception failed) {
      failed.printStackTrace();
    } finally {
      stopContainer();
    }
  }

  private void stopContainer() {
    try {
      context.getBundle(0).stop();
    } catch (BundleException failed) {
      failed.printStackTrace();
    }
  }

  /**
   * Words: the doorbell; the API, {@code COPY}, {@code VIEW}, {@code HOLD}, and how many endpoints
   * receive, or {@link #AGAINST}.
   */
  private Carrier open(int index, String address, String[] words) throws Exception {
    Map<String, Object> properties =
        Map.of(
            "role",
            index == 0 ? "host" : "remote",
            "link",
            "shm:" + address,
            "doorbell",
            words[0],
            "index",
            index);
    ConfiguredTransport transport =
        new ConfiguredTransport(context, admin, "bench" + opened.incrementAndGet(), properties);
    return words[1].equals(AGAINST)
        ? new ForeignCarrier(transport, address)
        : new StackCarrier(transport, Api.valueOf(words[1]), Integer.parseInt(words[2]), address);
  }
}
