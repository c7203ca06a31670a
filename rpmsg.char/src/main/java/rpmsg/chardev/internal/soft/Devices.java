// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.function.Supplier;
import org.osgi.service.log.Logger;
import rpmsg.chardev.internal.DeviceRegistry;

/**
 * What the devices of this container have in common.
 *
 * @param controls numbers of control devices; endpoint devices have their own (LX144)
 * @param settings as they are now
 */
record Devices(
    Numbers controls,
    Numbers endpoints,
    DeviceRegistry registry,
    Supplier<Settings> settings,
    Logger log) {
  Devices(DeviceRegistry registry, Supplier<Settings> settings, Logger log) {
    this(new Numbers(), new Numbers(), registry, settings, log);
  }
}
