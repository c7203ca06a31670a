// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Receiver;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/**
 * This stack, from the public call to the public listener. Both ends have their endpoint at the
 * same address.
 */
final class StackCarrier implements Carrier {
  private static final int ADDRESS = 0x500;

  private final ConfiguredTransport configured;
  private final Api api;
  private final String address;
  private RpmsgTransport transport;

  StackCarrier(ConfiguredTransport configured, Api api, String address) {
    this.configured = configured;
    this.api = api;
    this.address = address;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void join() throws Exception {
    transport = configured.awaitReady();
  }

  @Override
  public Pipe open(int size, Receiver receiver) throws RpmsgException {
    Taker taker = receiver == null ? message -> {} : Taker.of(api, receiver);
    RpmsgEndpoint endpoint = transport.createEndpoint(ADDRESS, taker);
    return new EndpointPipe(endpoint, api.sender(endpoint, ADDRESS, size), taker);
  }

  @Override
  public Pipe echo(int size) throws RpmsgException {
    Echo echo = new Echo();
    RpmsgEndpoint endpoint = transport.createEndpoint(ADDRESS, echo);
    echo.sender = api.sender(endpoint, ADDRESS, size);
    return new EndpointPipe(endpoint, echo.sender, echo);
  }

  @Override
  public long doorbells() {
    return configured.counter("kicks");
  }

  @Override
  public void close() throws IOException {
    configured.close();
  }

  /** Sends back each message from where it lies; with {@link Api#HOLD} from a held buffer. */
  private final class Echo implements Taker {
    private volatile Sender sender;

    @Override
    public void onMessage(RpmsgMessage message) throws RpmsgException {
      MemorySegment payload = message.payload();
      if (api == Api.HOLD) {
        message.hold();
        sender.forward(payload);
        message.release();
      } else {
        sender.forward(payload);
      }
    }
  }
}
