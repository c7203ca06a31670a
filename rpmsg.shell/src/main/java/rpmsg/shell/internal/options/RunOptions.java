// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

import java.time.Duration;
import java.util.List;

/**
 * The options of {@code rpmsg run}, checked and with their defaults filled in.
 *
 * @param link {@code loopback}, {@code shm:PATH} or {@code vhost-user:PATH} with an absolute path
 * @param doorbell {@code local}, {@code poll}, {@code futex} or {@code unix:PATH} with an absolute
 *     path; empty for vhost-user, which has its own
 * @param connect whether a vhost-user remote connects instead of listening
 * @param reannounce how often local services are announced again; zero for never
 * @param conf absolute folder of configuration files that say what transports there are, or null
 * @param help true when only the help text is wanted
 */
public record RunOptions(
    Role role,
    String link,
    String doorbell,
    int index,
    boolean alwaysKick,
    boolean noStatus,
    boolean connect,
    Duration reannounce,
    List<EchoOption> echoes,
    List<PingOption> pings,
    Duration timeout,
    Duration linger,
    boolean once,
    String conf,
    boolean help) {
  /** The link whose two sides are in this process. */
  public static final String LOOPBACK = "loopback";

  public boolean loopback() {
    return link.equals(LOOPBACK);
  }
}
