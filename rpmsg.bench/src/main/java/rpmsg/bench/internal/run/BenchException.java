// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

/** A measurement failed; the message says which, and where to look. */
final class BenchException extends Exception {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }
}
