// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.io.IOException;
import java.util.Map;

/**
 * A transport as its operator sees it, an OSGi service from configuration to deletion, whatever
 * state the link is in. Property: {@link RpmsgChannel#TRANSPORT}.
 */
public interface TransportInfo {
  /** What the link is doing, and who has to act. */
  enum State {
    /** Nobody is there yet; the peer has to come, or the operator has to mend {@link #reason()}. */
    CONNECTING,
    /** The link is laid out; the name service has to be there, or the peer has to be ready. */
    WAITING,
    /** Messages flow. */
    READY,
    /** Messages flow, announcements are kept: the name service has to come back. */
    NO_NAME_SERVICE,
    /**
     * Nothing is taken from the ring: the name service has to take what is kept, or a {@link
     * RefusingListener} what it refused.
     */
    PARKED,
    /** The transport was stopped. */
    STOPPED
  }

  /** The transport's name. */
  String name();

  /** See {@link State}. */
  State state();

  /** One line about the state: what is waited for, or what went wrong; empty when all is well. */
  String reason();

  /** True when {@link #reason()} needs the operator: waiting will not help. */
  boolean misconfigured();

  /** The address space of the link that is up, or null. */
  RpmsgTransport transport();

  /** Counters since configuration, by name. */
  Map<String, Long> counters();

  /** Writes rings, buffers, counters and status bits in words, for people. */
  void dump(Appendable out) throws IOException;
}
