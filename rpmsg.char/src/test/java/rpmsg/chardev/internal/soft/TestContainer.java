// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.internal.DeviceRegistry;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.internal.ServiceLog;
import rpmsg.core.testing.RecordingLog;

/** The bundle without OSGi, on a real bus: its devices are in lists in place of services. */
final class TestContainer implements AutoCloseable, DeviceRegistry {
  static final int ANY = RpmsgAddress.ANY;

  final List<ControlDevice> controls = new CopyOnWriteArrayList<>();
  final List<EndpointDevice> endpoints = new CopyOnWriteArrayList<>();
  final Bus bus = new Bus(channel -> new Invisible(), new ServiceLog(new RecordingLog().logger()));
  volatile Settings settings = new Settings(1024, false);
  volatile Consumer<EndpointDevice> onShow = device -> {};
  volatile Runnable onUnregister = () -> {};
  volatile boolean stopping;
  final ControlDriver control;
  final RawDriver raw;
  final DriverEntry controlEntry;
  final DriverEntry rawEntry;

  TestContainer() {
    Devices devices = new Devices(this, () -> settings, new RecordingLog().logger());
    control = new ControlDriver(devices, bus);
    raw = new RawDriver(devices);
    controlEntry = add(ControlDriver.NAME, control);
    rawEntry = add(RawDriver.NAME, raw, RawDriver.ID_TABLE);
  }

  DriverEntry add(String name, RpmsgDriver driver, String... ids) {
    DriverEntry entry = DriverEntry.of(name, List.of(ids), driver);
    bus.add(entry);
    return entry;
  }

  TestLink link(String name) throws RpmsgException {
    return new TestLink(bus, name);
  }

  /** The only control device. */
  ControlDevice onlyControl() {
    if (controls.size() != 1) {
      throw new AssertionError("control devices: " + controls);
    }
    return controls.getFirst();
  }

  EndpointDevice endpoint(int src, int dst) throws RpmsgException {
    return onlyControl().createEndpoint(new ChannelInfo("test", src, dst));
  }

  static String read(EndpointChannel channel) throws java.io.IOException {
    ByteBuffer target = ByteBuffer.allocate(1024);
    channel.read(target, Duration.ZERO);
    return new String(target.array(), 0, target.position(), ISO_8859_1);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  @Override
  public Runnable show(ControlDevice device) {
    checkRunning();
    controls.add(device);
    return () -> controls.remove(device);
  }

  @Override
  public Runnable show(EndpointDevice device) {
    checkRunning();
    endpoints.add(device);
    onShow.accept(device);
    return () -> endpoints.remove(device);
  }

  private void checkRunning() {
    if (stopping) {
      throw new IllegalStateException("the bundle is stopping");
    }
  }

  /** What the component does when it is deactivated. */
  void stop() {
    control.endAll();
    raw.endAll();
    bus.remove(rawEntry);
    bus.remove(controlEntry);
  }

  @Override
  public void close() {
    bus.close();
  }

  private final class Invisible implements ChannelRegistry.Entry {
    @Override
    public void update() {}

    @Override
    public void unregister() {
      onUnregister.run();
    }
  }
}
