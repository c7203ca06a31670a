// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.io.IOException;

/** A vhost-user peer that cannot be talked to. One line: which request, what was wrong. */
public final class VhostException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What went wrong, for programs. */
  public enum Kind {
    /** The peer said something that it may not say. */
    PROTOCOL,
    /** The connection has ended, from this side or the other. */
    CLOSED,
    /** The time is over. */
    TIMEOUT,
    /** The operating system refused something, such as a mapping. */
    IO
  }

  private final Kind kind;

  VhostException(Kind kind, String message) {
    super("vhost-user " + message);
    this.kind = kind;
  }

  VhostException(Kind kind, String message, Throwable cause) {
    super("vhost-user " + message, cause);
    this.kind = kind;
  }

  /** Of a request or its reply: {@code vhost-user SET_FEATURES: 8 bytes are needed, 4 came}. */
  static VhostException protocol(VhostRequest request, String message) {
    return new VhostException(Kind.PROTOCOL, request + ": " + message);
  }

  static VhostException timeout(VhostRequest request, String message) {
    return new VhostException(Kind.TIMEOUT, request + ": " + message);
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
