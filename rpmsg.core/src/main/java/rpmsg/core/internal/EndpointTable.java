// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import rpmsg.core.RpmsgAddress;

/**
 * Endpoints by address: an open-addressing table that the receive thread reads without a lock and
 * without allocating. Writers are serialised by their caller. A slot that was used stays used until
 * the table is replaced, so that a lookup under way never ends too early.
 */
final class EndpointTable {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Endpoint[].class);

  /** Where one was removed; no endpoint has this address. */
  private static final Endpoint GONE = new Endpoint(null, RpmsgAddress.ANY, 0, null, null);

  private volatile Endpoint[] slots = new Endpoint[16];
  private int size;
  private int used;

  Endpoint get(int address) {
    Endpoint[] table = slots;
    int i = slot(address, table.length);
    for (; ; ) {
      Endpoint endpoint = (Endpoint) SLOT.getAcquire(table, i);
      if (endpoint == null || endpoint.address() == address) {
        return endpoint == GONE ? null : endpoint;
      }
      i = (i + 1) & (table.length - 1);
    }
  }

  void add(Endpoint endpoint) {
    if (2 * (used + 1) > slots.length) {
      rebuild(4 * (size + 1) > slots.length ? 2 * slots.length : slots.length);
    }
    insert(slots, endpoint);
    size++;
    used++;
  }

  void remove(Endpoint endpoint) {
    Endpoint[] table = slots;
    int i = slot(endpoint.address(), table.length);
    while (table[i] != null && table[i] != endpoint) {
      i = (i + 1) & (table.length - 1);
    }
    if (table[i] == endpoint) {
      SLOT.setRelease(table, i, GONE);
      size--;
    }
  }

  List<Endpoint> all() {
    List<Endpoint> all = new ArrayList<>();
    Endpoint[] table = slots;
    for (int i = 0; i < table.length; i++) {
      Endpoint endpoint = (Endpoint) SLOT.getAcquire(table, i);
      if (endpoint != null && endpoint != GONE) {
        all.add(endpoint);
      }
    }
    return all;
  }

  private void rebuild(int length) {
    Endpoint[] table = new Endpoint[length];
    all().forEach(endpoint -> insert(table, endpoint));
    slots = table;
    used = size;
  }

  private static void insert(Endpoint[] table, Endpoint endpoint) {
    int i = slot(endpoint.address(), table.length);
    while (table[i] != null) {
      i = (i + 1) & (table.length - 1);
    }
    SLOT.setRelease(table, i, endpoint);
  }

  private static int slot(int address, int length) {
    int hash = address * 0x9E3779B9;
    return (hash ^ hash >>> 15) & (length - 1);
  }
}
