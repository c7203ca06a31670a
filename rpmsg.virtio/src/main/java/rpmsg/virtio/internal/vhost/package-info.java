// SPDX-License-Identifier: Apache-2.0

/**
 * The messages of vhost-user, for both ends, and the memory that they describe.
 *
 * <p>The front-end has the driver and the memory, the back-end is the device. Numbers are in the
 * byte order of the machine. Source of numbers and layouts: the vhost-user protocol specification,
 * sections "Message Specification", "Front-end message types" and "Back-end message types".
 *
 * <p>Whatever comes from the peer is checked before it is handed on, and refused by a {@link
 * rpmsg.virtio.internal.vhost.VhostException} that names the request.
 */
package rpmsg.virtio.internal.vhost;
