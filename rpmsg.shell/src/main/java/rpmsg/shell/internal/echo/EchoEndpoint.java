// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.echo;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/**
 * An endpoint that sends every message back to its sender, straight from receive buffer to transmit
 * buffer. What cannot be sent within {@link #BOUND} is dropped and counted.
 */
public final class EchoEndpoint implements RpmsgListener, AutoCloseable {
  /** How long one echo may keep the receive thread. */
  static final Duration BOUND = RpmsgEndpoint.DEFAULT_TIMEOUT;

  private final RpmsgTransport transport;
  private final LongAdder echoed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile RpmsgEndpoint endpoint;

  private EchoEndpoint(RpmsgTransport transport) {
    this.transport = transport;
  }

  /**
   * Announces an echo; where the peer has no name service, it has to know the address.
   *
   * @param address local address, or ANY
   * @throws RpmsgException as {@link RpmsgTransport#announce}
   */
  public static EchoEndpoint open(RpmsgTransport transport, String name, int address)
      throws RpmsgException {
    EchoEndpoint echo = new EchoEndpoint(transport);
    echo.endpoint = echo.announce(name, address);
    return echo;
  }

  private RpmsgEndpoint announce(String name, int address) throws RpmsgException {
    try {
      return transport.announce(name, address, this);
    } catch (RpmsgException e) {
      if (e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
      return transport.createEndpoint(address, this);
    }
  }

  @Override
  public void onMessage(RpmsgMessage message) {
    RpmsgEndpoint self = endpoint != null ? endpoint : find(message.dst());
    try {
      self.sendTo(message.payload(), message.src(), BOUND);
      echoed.increment();
    } catch (RpmsgException e) {
      dropped.increment();
    }
  }

  /** The peer may answer the announcement before {@code announce} has returned. */
  private RpmsgEndpoint find(int address) {
    for (RpmsgEndpoint candidate : transport.endpoints()) {
      if (candidate.address() == address) {
        return candidate;
      }
    }
    throw new IllegalStateException("no endpoint at the address of this message");
  }

  /** Local address. */
  public int address() {
    return endpoint.address();
  }

  /** False once it was closed, or its link went down. */
  public boolean isOpen() {
    return endpoint.isOpen();
  }

  /** Messages that were sent back. */
  public long echoed() {
    return echoed.sum();
  }

  /** Messages that could not be sent back. */
  public long dropped() {
    return dropped.sum();
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
