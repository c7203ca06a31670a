// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What has become different.
 *
 * @param gone keys of what was known and is not there any more
 * @param come what is there and was not known, in the order in which it was found
 * @param all keys of what is there
 */
record Changes(List<Object> gone, List<Found> come, Set<Object> all) {
  static Changes between(Set<Object> known, List<Found> found) {
    Set<Object> all = new HashSet<>();
    found.forEach(one -> all.add(one.key()));
    return new Changes(
        known.stream().filter(key -> !all.contains(key)).toList(),
        found.stream().filter(one -> !known.contains(one.key())).toList(),
        all);
  }
}
