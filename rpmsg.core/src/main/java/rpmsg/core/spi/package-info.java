// SPDX-License-Identifier: Apache-2.0

/** What a transport or a name service offers to the bus and is offered by it. */
@Export
@Version("1.0.0")
package rpmsg.core.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
