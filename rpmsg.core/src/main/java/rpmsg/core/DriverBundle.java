// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.time.Instant;
import java.util.List;

/**
 * An installed bundle that declares aliases, see {@link DriverAutoload}.
 *
 * @param id the framework's number of it
 * @param aliases as declared
 * @param attempt the last time that an alias started it or tried to, or null; also null once
 *     somebody else has started it
 */
public record DriverBundle(
    long id, String symbolicName, List<String> aliases, Status status, Attempt attempt) {

  /** What can become of it. */
  public enum Status {
    /** It runs: by its alias when there is an {@link #attempt}, else somebody else started it. */
    ACTIVE,
    /** It is started as soon as something with one of its aliases appears. */
    READY,
    /**
     * It did not start, and is not tried again until it is updated or started by hand; one that did
     * not resolve, also when another bundle is installed or updated.
     */
    FAILED,
    /** It was seen to be stopped, and stays so until it is updated or started by hand. */
    STOPPED,
    /** The configuration's {@code allow} does not name it. */
    NOT_ALLOWED,
    /** The configuration's {@code enabled} is false. */
    OFF
  }

  /**
   * A start by alias.
   *
   * @param alias the alias that was asked for
   * @param wantedBy the channel's {@link RpmsgChannel#deviceName()}, or the transport that had no
   *     name service
   * @param failure why it did not start, or null
   */
  public record Attempt(String alias, String wantedBy, Instant when, String failure) {}
}
