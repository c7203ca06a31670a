// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;

/** Two nodes of one kind, with the links of their row. */
abstract class NodesPair implements Pair {
  final Row row;
  final Nodes nodes;

  NodesPair(Row row, Setup setup) throws IOException {
    this.row = row;
    nodes = new Nodes(row, setup);
  }

  @Override
  public void open() throws BenchException {
    nodes.open(row.links());
  }

  @Override
  public final void shut() throws BenchException {
    nodes.shut();
  }

  @Override
  public final void close() {
    nodes.close();
  }
}
