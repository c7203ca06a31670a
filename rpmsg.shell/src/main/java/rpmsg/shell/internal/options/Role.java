// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

import java.util.Locale;

/** The two roles of a link, as OpenAMP calls them. */
public enum Role {
  /** Driver side: what Linux is. */
  HOST,
  /** Device side: what firmware is. */
  REMOTE;

  public Role opposite() {
    return this == HOST ? REMOTE : HOST;
  }

  /** The word of options and configurations. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
