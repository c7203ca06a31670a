// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.nio.charset.StandardCharsets;

/**
 * A message as it lay in the shared memory.
 *
 * @param id of its descriptor
 * @param length of the descriptor as our side wrote it, or of the used element
 * @param descFlags of the descriptor
 * @param raw header and payload, as many bytes as the header says
 */
record Frame(int id, int length, int descFlags, int src, int dst, byte[] raw) {
  String text() {
    return new String(raw, 16, raw.length - 16, StandardCharsets.ISO_8859_1);
  }
}
