// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import rpmsg.virtio.internal.wire.RpmsgHeader;

/** What both sides are made with. */
record SideParts(RpmsgHeader header, Counters counters, Transmitter transmitter, Runnable wake) {}
