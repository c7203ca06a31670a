// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

/**
 * Messages of one link that wait while nobody has their device open. All its devices share it, or a
 * peer that announces many channels could fill as many queues.
 */
final class Backlog {
  private int messages;

  synchronized int size() {
    return messages;
  }

  synchronized void change(int by) {
    messages += by;
  }
}
