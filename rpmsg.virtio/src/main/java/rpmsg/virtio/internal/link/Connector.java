// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** How one side of a Unix domain socket finds the other. */
interface Connector extends AutoCloseable {

  /** Makes the selector end its wait when a connection can be had. */
  void register(Selector selector) throws IOException;

  /** The connection if there is one by now, else null. Never waits. */
  SocketChannel tryConnect() throws IOException;

  /** Stops looking. Idempotent. */
  @Override
  void close() throws IOException;
}
