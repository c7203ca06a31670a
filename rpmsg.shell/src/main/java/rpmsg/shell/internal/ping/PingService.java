// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

/** A configured ping, for those who wait for it. */
public interface PingService {
  /** Whether it has ended, well or not. */
  boolean done();

  /** Why it is not right, or not done, in one line; null when it is right. */
  String complaint();
}
