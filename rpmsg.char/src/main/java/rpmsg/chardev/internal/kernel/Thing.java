// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

/** What stands for something of the kernel's, as a service. */
sealed interface Thing permits KernelChannel, KernelControl, KernelDevice {
  /** What it stands for. */
  Found found();

  /** It is over: the kernel does not have it any more, or we end. Its service is still there. */
  void gone();

  /** Its service is not there any more. */
  default void withdrawn() {}

  /** We end while the kernel goes on; after {@link #withdrawn}. */
  default void stop() {}
}
