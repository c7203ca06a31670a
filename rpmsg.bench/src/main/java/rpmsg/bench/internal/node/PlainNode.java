// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import rpmsg.bench.internal.carrier.Carriers;

/** A {@link Node} in a process without a container. */
public final class PlainNode {
  private PlainNode() {}

  public static void main(String[] arguments) throws Exception {
    new Node((index, address, words) -> Carriers.open(words[0], index, address), System.err)
        .run(System.in, System.out);
  }
}
