// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

/** Where things become services. */
interface Registry {
  /** A service that is registered. */
  interface Entry {
    /** The thing's properties have changed. */
    void update();

    /** Withdraws it; idempotent. */
    void unregister();
  }

  Entry register(Thing thing);
}
