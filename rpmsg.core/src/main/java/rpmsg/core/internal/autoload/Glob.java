// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

/** A text in which {@code *} stands for any run of characters, and nothing else is special. */
record Glob(String pattern) {
  boolean isLiteral() {
    return pattern.indexOf('*') < 0;
  }

  /** Takes at most the product of both lengths in steps: the text may be a peer's. */
  boolean matches(String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
