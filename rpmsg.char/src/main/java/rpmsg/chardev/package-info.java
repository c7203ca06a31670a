// SPDX-License-Identifier: Apache-2.0

/** Endpoints seen as files: the control device and the endpoint devices. */
@Export
@Version("1.0.0")
package rpmsg.chardev;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
