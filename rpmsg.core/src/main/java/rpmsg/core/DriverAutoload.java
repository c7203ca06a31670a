// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.util.List;

/**
 * Drivers that load themselves, an OSGi service: a bundle that is only installed is started when a
 * channel appears whose alias it declares and that no driver has taken, as Linux loads a module by
 * its alias (LX058, LX059).
 *
 * <p>The bundle says so in its manifest: {@code Provide-Capability:
 * rpmsg.driver;alias="rpmsg:rpmsg-tty"}; {@code alias} is a String or a list of them, and {@code *}
 * in it stands for any run of characters. Configuration {@code rpmsg.autoload}.
 */
public interface DriverAutoload {
  /** Namespace of the capability that a bundle with drivers declares. */
  String CAPABILITY = "rpmsg.driver";

  /** Its attribute, String or {@code List<String>}: see {@link RpmsgChannel#modalias()}. */
  String ALIAS = "alias";

  /** The installed bundles that declare aliases, in the order of their ids: a copy. */
  List<DriverBundle> bundles();
}
