// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Receiver;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/**
 * This stack, from the public call to the public listener. Both ends have their endpoints at the
 * same addresses; messages go to them by turns, and an echo comes back to the address that it was
 * sent to.
 */
final class StackCarrier implements Carrier {
  private static final int FIRST = 0x500;

  private final ConfiguredTransport configured;
  private final Api api;
  private final int endpoints;
  private final String address;
  private RpmsgTransport transport;

  /**
   * A carrier over a transport that was configured for it.
   *
   * @param endpoints that receive, at each end
   */
  StackCarrier(ConfiguredTransport configured, Api api, int endpoints, String address) {
    this.configured = configured;
    this.api = api;
    this.endpoints = endpoints;
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
    return receiver == null
        ? pipe(1, message -> {}, size)
        : pipe(endpoints, Taker.of(api, receiver), size);
  }

  @Override
  public Pipe echo(int size) throws RpmsgException {
    Echo echo = new Echo();
    EndpointPipe pipe = pipe(endpoints, echo, size);
    echo.sender = pipe.sender();
    return pipe;
  }

  /** Each endpoint has a listener of its own, as those of users have. */
  private EndpointPipe pipe(int count, Taker taker, int size) throws RpmsgException {
    List<RpmsgEndpoint> opened = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      opened.add(transport.createEndpoint(FIRST + i, message -> taker.onMessage(message)));
    }
    Turns turns = new Turns(FIRST, endpoints);
    return new EndpointPipe(opened, api.sender(opened.getFirst(), turns, size), taker);
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
