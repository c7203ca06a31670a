// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.List;
import org.osgi.framework.BundleException;

/** A bundle that declares aliases, as far as they are concerned. Any thread. */
interface InstalledBundle {
  long id();

  String symbolicName();

  /** As it declares them now; empty for a bundle that is nothing for us. */
  List<String> aliases();

  /** Whether it runs, or is about to. */
  boolean isActive();

  /** Whether a start could succeed now: it does not run, and start levels let it. */
  boolean isStartable();

  /** Starts it transiently: what starts by itself is not written down as the operator's wish. */
  void start() throws BundleException;
}
