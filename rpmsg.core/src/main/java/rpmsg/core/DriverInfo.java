// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.util.List;

/**
 * A driver that is registered on the bus.
 *
 * @param name what {@link RpmsgChannel#driver()} says where it is bound
 * @param ids the channel names it takes, in the order of its {@link RpmsgDriver#ID_TABLE}
 */
public record DriverInfo(String name, List<String> ids) {}
