// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import java.time.Duration;
import rpmsg.core.RpmsgException;

/**
 * What turns announcements into channels. A transport has a mandatory reference to it, attaches it
 * to the address space of its link, and reports ready only after that (LX091 to LX093).
 */
public interface NameService {
  /**
   * Binds the name service at address 53 of {@code space}. It is bound when this returns.
   *
   * @param bound how long this may take
   * @throws RpmsgException ENOSPC when 53 is taken (LX111), ETIMEDOUT when the bound has passed,
   *     EOPNOTSUPP when the link has no announcements; nothing is left behind then
   */
  Binding attach(AddressSpace space, Duration bound) throws RpmsgException;

  /** An attached name service. */
  interface Binding extends AutoCloseable {
    /** Detaches: 53 is free when this returns; channels stay. Again: does nothing. */
    @Override
    void close();
  }
}
