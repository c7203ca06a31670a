// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import rpmsg.core.ChannelInfo;
import rpmsg.syscall.CharDevice;

/** Something of RPMsg that the kernel shows in sysfs, as it was when it was read. */
sealed interface Found {
  /** What makes it this one and not another of the same name that came after it. */
  Object key();

  /** The device that its channel or node hangs on, such as {@code virtio0}. */
  String transport();

  /**
   * A device of the kernel's RPMsg bus.
   *
   * @param device its name there, such as {@code virtio0.rpmsg-raw.-1.1024}
   * @param entry tells entries of one name apart
   */
  record Channel(String device, Object entry, String transport, ChannelInfo info, boolean announce)
      implements Found {
    @Override
    public Object key() {
      return new Key(device, entry);
    }
  }

  /**
   * A control node, {@code rpmsg_ctrlN}.
   *
   * @param number what has to be at its place under /dev
   */
  record Control(String node, Object entry, String transport, CharDevice.Number number)
      implements Found {
    @Override
    public Object key() {
      return new Key(node, entry);
    }
  }

  /**
   * An endpoint node, {@code rpmsgN}.
   *
   * @param info as it was asked for
   */
  record Endpoint(
      String node, Object entry, String transport, CharDevice.Number number, ChannelInfo info)
      implements Found {
    @Override
    public Object key() {
      return new Key(node, entry);
    }
  }

  /** A name and the entry that has it. */
  record Key(String name, Object entry) {}
}
