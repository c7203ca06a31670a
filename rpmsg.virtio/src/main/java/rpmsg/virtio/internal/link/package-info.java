// SPDX-License-Identifier: Apache-2.0

/**
 * Links: the memory, the resource table and the doorbell under a virtio transport.
 *
 * <p>Whatever is read here was written by somebody else: every field is read once, checked, and
 * refused by a {@link rpmsg.virtio.internal.link.LinkException} with a kind.
 */
package rpmsg.virtio.internal.link;
