// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.List;
import java.util.stream.Stream;

/** What the operator lets an alias start. */
record Policy(boolean enabled, List<Glob> allow) {
  static Policy of(boolean enabled, String... allow) {
    return new Policy(enabled, Stream.of(allow).map(Glob::new).toList());
  }

  boolean allows(String symbolicName) {
    return allow.stream().anyMatch(glob -> glob.matches(symbolicName));
  }
}
