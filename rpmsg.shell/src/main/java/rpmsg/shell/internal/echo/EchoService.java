// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.echo;

/** A configured echo, for those who report about it. */
public interface EchoService {
  /** The name that is announced. */
  String name();

  /** Messages that were sent back, on all transports since activation. */
  long echoed();

  /** Messages that could not be sent back. */
  long dropped();
}
