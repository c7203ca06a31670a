// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.osgi.service.log.Logger;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** A device of the kernel's bus. Which driver it has is the kernel's affair. */
final class KernelChannel implements RpmsgChannel, Thing {
  /** What the attribute says when there is none. */
  private static final String NO_OVERRIDE = "(null)";

  private final Found.Channel found;
  private final Path attributes;
  private final Function<String, ControlDevice> controls;
  private final Consumer<EndpointDevice> discard;
  private final Logger log;
  private final List<KernelEndpoint> endpoints = new CopyOnWriteArrayList<>();
  private volatile int src;
  private volatile boolean open = true;

  /**
   * @param controls the control device of a transport, or null
   * @param discard destroys a device, now or as soon as that is possible
   */
  KernelChannel(
      Found.Channel found,
      Sysfs sysfs,
      Function<String, ControlDevice> controls,
      Consumer<EndpointDevice> discard,
      Logger log) {
    this.found = found;
    this.attributes = sysfs.device(found.device());
    this.controls = controls;
    this.discard = discard;
    this.log = log;
    this.src = found.info().src();
  }

  @Override
  public Found.Channel found() {
    return found;
  }

  /** Takes over what may change; says whether it did. */
  boolean refresh(Found.Channel now) {
    boolean changed = src != now.info().src();
    src = now.info().src();
    return changed;
  }

  @Override
  public String name() {
    return found.info().name();
  }

  @Override
  public int src() {
    return src;
  }

  @Override
  public int dst() {
    return found.info().dst();
  }

  @Override
  public String transport() {
    return found.transport();
  }

  @Override
  public String deviceName() {
    return found.device();
  }

  @Override
  public boolean announce() {
    return found.announce();
  }

  /** The default endpoint is the kernel's driver's. */
  @Override
  public RpmsgEndpoint endpoint() {
    return null;
  }

  @Override
  public String driver() {
    try {
      return Files.readSymbolicLink(attributes.resolve("driver")).getFileName().toString();
    } catch (IOException unbound) {
      return null;
    }
  }

  @Override
  public String driverData() {
    return null;
  }

  @Override
  public RpmsgException failure() {
    return null;
  }

  @Override
  public void setDriverOverride(String driver) {
    String text = driver == null ? "\n" : driver + "\n";
    try {
      Files.write(
          attributes.resolve("driver_override"),
          text.getBytes(StandardCharsets.ISO_8859_1),
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      Errno errno =
          switch (e) {
            case AccessDeniedException denied -> Errno.EACCES;
            case NoSuchFileException none -> Errno.ENODEV;
            default -> Errno.EIO;
          };
      throw new UncheckedIOException(
          new RpmsgException(errno, "driver_override of " + deviceName(), e));
    }
  }

  @Override
  public String driverOverride() {
    try {
      String text = Sysfs.text(attributes.resolve("driver_override"));
      return text.equals(NO_OVERRIDE) || text.isEmpty() ? null : text;
    } catch (IOException none) {
      return null;
    }
  }

  @Override
  public RpmsgEndpoint createEndpoint(int address, RpmsgListener listener) throws RpmsgException {
    checkOpen();
    if (address < 0 && address != RpmsgAddress.ANY) {
      throw new RpmsgException(
          Errno.EINVAL, RpmsgAddress.format(address) + " cannot be a local address");
    }
    ControlDevice control = controls.apply(transport());
    if (control == null) {
      throw new RpmsgException(
          Errno.ENXIO, transport() + " has no control device: is the module rpmsg_ctrl loaded?");
    }
    KernelEndpoint created =
        open(control.createEndpoint(new ChannelInfo(name(), address, dst())), listener);
    endpoints.removeIf(endpoint -> !endpoint.isOpen());
    endpoints.add(created);
    if (!open) {
      created.close();
      checkOpen();
    }
    return created;
  }

  private KernelEndpoint open(EndpointDevice device, RpmsgListener listener) throws RpmsgException {
    try {
      EndpointChannel channel = device.open();
      return KernelEndpoint.start(device, channel, listener, discard, log);
    } catch (RpmsgException e) {
      discard.accept(device);
      throw e.errno() == Errno.EINVAL
          ? new RpmsgException(Errno.ENOSPC, "the address is taken: " + device.info(), e)
          : e;
    }
  }

  private void checkOpen() throws RpmsgException {
    if (!open) {
      throw new RpmsgException(Errno.ENODEV, "channel " + deviceName() + " is gone");
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void gone() {
    open = false;
  }

  @Override
  public void withdrawn() {
    endpoints.forEach(KernelEndpoint::closeByBus);
  }

  @Override
  public String toString() {
    return deviceName();
  }
}
