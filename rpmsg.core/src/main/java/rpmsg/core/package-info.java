// SPDX-License-Identifier: Apache-2.0

/** The bus and what its users meet: channels, endpoints, drivers and messages. */
@Export
@Version("1.0.0")
package rpmsg.core;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
