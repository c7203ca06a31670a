// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what is registered, in order, and everything that happened. */
final class FakeRegistry implements Registry {
  final List<Thing> things = new CopyOnWriteArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();

  /** As a listener of services: runs on the thread that registers. */
  volatile Consumer<Thing> onRegister = thing -> {};

  @Override
  public Entry register(Thing thing) {
    things.add(thing);
    events.add("+" + name(thing));
    onRegister.accept(thing);
    return new Entry() {
      @Override
      public void update() {
        events.add("~" + name(thing));
      }

      @Override
      public void unregister() {
        if (things.remove(thing)) {
          events.add("-" + name(thing));
        }
      }
    };
  }

  static String name(Thing thing) {
    return switch (thing.found()) {
      case Found.Channel channel -> channel.device();
      case Found.Control control -> control.node();
      case Found.Endpoint endpoint -> endpoint.node();
    };
  }

  <T extends Thing> T one(Class<T> type) {
    return things.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }

  List<KernelDevice> devices() {
    return things.stream()
        .filter(KernelDevice.class::isInstance)
        .map(KernelDevice.class::cast)
        .toList();
  }

  List<String> names() {
    return things.stream().map(FakeRegistry::name).toList();
  }
}
