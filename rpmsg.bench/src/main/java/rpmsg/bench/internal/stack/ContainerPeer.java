// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.bench.internal.carrier.Stamp;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/**
 * The foreign client that another run measures, as an example of one: in a container where {@link
 * ContainerNode#PROPERTY} is {@code peer}. Its link is what the environment says.
 */
@Component(
    immediate = true,
    service = {})
public final class ContainerPeer {
  @Activate
  public ContainerPeer(BundleContext context, @Reference ConfigurationAdmin admin) {
    if ("peer".equals(context.getProperty(ContainerNode.PROPERTY))) {
      Thread.ofPlatform().daemon().name("bench-peer").start(() -> run(context, admin));
    }
  }

  private void run(BundleContext context, ConfigurationAdmin admin) {
    try {
      offer(new ConfiguredTransport(context, admin, "peer", link()).awaitReady());
    } catch (Exception failed) {
      failed.printStackTrace();
    }
  }

  private static Map<String, Object> link() {
    return Map.of(
        "role", System.getenv("RPMSG_ROLE"),
        "link", "shm:" + System.getenv("RPMSG_SHM"),
        "doorbell", System.getenv("RPMSG_DOORBELL"),
        "index", Integer.parseInt(System.getenv("RPMSG_INDEX")));
  }

  private static void offer(RpmsgTransport transport) throws RpmsgException {
    Sink sink = new Sink();
    sink.endpoint = transport.announce(ForeignServices.SINK, RpmsgAddress.ANY, sink);
    transport.announce(
        ForeignServices.SOURCE, RpmsgAddress.ANY, message -> flood(transport, message));
    Echo echo = new Echo();
    echo.endpoint = transport.announce(ForeignServices.ECHO, RpmsgAddress.ANY, echo);
  }

  private static final class Echo implements Taker {
    private volatile RpmsgEndpoint endpoint;

    @Override
    public void onMessage(RpmsgMessage message) throws RpmsgException {
      endpoint.sendTo(message.payload(), message.src(), RpmsgEndpoint.DEFAULT_TIMEOUT);
    }
  }

  private static final class Sink implements Taker {
    private volatile RpmsgEndpoint endpoint;
    private long count;
    private long wrong;

    @Override
    public void onMessage(RpmsgMessage message) throws RpmsgException {
      long sequence = Stamp.read(message.payload(), 0, message.length());
      if (sequence == Stamp.LAST) {
        MemorySegment report = ForeignServices.pair(count, wrong);
        endpoint.sendTo(report, message.src(), RpmsgEndpoint.DEFAULT_TIMEOUT);
        count = 0;
        wrong = 0;
      } else {
        wrong += sequence == count ? 0 : 1;
        count++;
      }
    }
  }

  /** On a thread of its own: a listener that sends receives nothing meanwhile. */
  private static void flood(RpmsgTransport transport, RpmsgMessage message) {
    MemorySegment request = MemorySegment.ofArray(message.toByteArray());
    int to = message.src();
    Thread.ofPlatform()
        .daemon()
        .name("bench-source")
        .start(() -> {
          try (RpmsgEndpoint endpoint = transport.createEndpoint(RpmsgAddress.ANY, nothing -> {})) {
            int size = (int) ForeignServices.second(request);
            Sender sender = Api.COPY.sender(endpoint, Turns.only(to), size);
            for (long i = 0; i < ForeignServices.first(request); i++) {
              sender.send(i);
            }
            sender.send(Stamp.LAST);
          } catch (RpmsgException failed) {
            failed.printStackTrace();
          }
        });
  }
}
