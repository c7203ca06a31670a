// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.service.log.Logger;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.RpmsgException;

/**
 * What is shown of the kernel's RPMsg. One thread looks; whoever makes a node shows it himself. No
 * service is registered or withdrawn under a lock.
 */
final class KernelBus {
  private static final int MOST_PROBLEMS = 1000;

  private final Sysfs sysfs;
  private final Nodes nodes;
  private final Registry registry;
  private final Logger log;
  private final Runnable lookSoon;
  private final PollThread polls;
  private final NewNodes newNodes;
  private final Map<Object, Shown> shown = new ConcurrentHashMap<>();

  /** What was destroyed since the last look began: the look may have read it before. */
  private final Set<Object> destroyed = ConcurrentHashMap.newKeySet();

  private final Queue<EndpointDevice> leftOver = new ConcurrentLinkedQueue<>();
  private final Set<String> problems = new HashSet<>();
  private volatile boolean stopped;

  /**
   * @param lookSoon has {@link #look} called by its thread
   */
  KernelBus(Sysfs sysfs, Nodes nodes, Registry registry, Logger log, Runnable lookSoon) {
    this.sysfs = sysfs;
    this.nodes = nodes;
    this.registry = registry;
    this.log = log;
    this.lookSoon = lookSoon;
    this.polls = new PollThread(log);
    this.newNodes =
        new NewNodes(sysfs, nodes, made -> (KernelDevice) show(new Shown(thing(made))).thing());
  }

  /** Reads sysfs and follows what has changed. One thread. */
  void look() {
    destroyed.clear();
    Map<Object, Shown> before = Map.copyOf(shown);
    Sysfs.Snapshot now;
    try {
      now = sysfs.read();
    } catch (IOException e) {
      say("sysfs cannot be read: " + e.getMessage());
      return;
    }
    now.problems().forEach(this::say);
    Changes changes = Changes.between(before.keySet(), now.found());
    withdraw(changes.gone().stream().map(before::get).toList());
    changes.come().forEach(this::showUnlessDestroyed);
    now.found().forEach(this::refresh);
    nodes.keep(changes.all());
    leftOver.removeIf(KernelBus::isDiscarded);
  }

  private void say(String problem) {
    if (problems.size() < MOST_PROBLEMS && problems.add(problem)) {
      log.warn("{}", problem);
    }
  }

  private void showUnlessDestroyed(Found found) {
    Shown mine = new Shown(thing(found));
    if (!destroyed.contains(found.key()) && show(mine) == mine && destroyed.contains(found.key())) {
      withdraw(List.of(mine));
    }
  }

  /** Makes it a service, or waits until whoever came first has done so. */
  private Shown show(Shown mine) {
    Shown first = shown.putIfAbsent(mine.thing().found().key(), mine);
    if (first != null) {
      first.awaitRegistered();
      return first;
    }
    mine.register(registry);
    if (stopped) {
      // We ended meanwhile, and may have missed it
      stop(List.of(mine));
    }
    return mine;
  }

  private void destroyed(KernelDevice device) {
    destroyed.add(device.found().key());
    Shown one = shown.get(device.found().key());
    if (one != null && one.thing() == device) {
      withdraw(List.of(one));
    }
  }

  /**
   * Has an endpoint node destroyed. One whose address is taken cannot be opened, and so not be
   * destroyed before that address is free.
   */
  private void discard(EndpointDevice device) {
    if (!isDiscarded(device)) {
      leftOver.add(device);
    }
  }

  private static boolean isDiscarded(EndpointDevice device) {
    try {
      device.destroy();
      return true;
    } catch (RpmsgException notYet) {
      return !device.exists();
    }
  }

  private Thing thing(Found found) {
    return switch (found) {
      case Found.Control control -> new KernelControl(control, nodes, newNodes, lookSoon);
      case Found.Endpoint endpoint ->
          new KernelDevice(endpoint, nodes, polls, this::destroyed, log);
      case Found.Channel channel ->
          new KernelChannel(channel, sysfs, this::control, this::discard, log);
    };
  }

  /** The control device of a transport, or null. */
  private ControlDevice control(String transport) {
    for (Shown one : shown.values()) {
      if (one.thing() instanceof KernelControl control && control.transport().equals(transport)) {
        return control;
      }
    }
    return null;
  }

  private void refresh(Found found) {
    Shown one = shown.get(found.key());
    if (one == null) {
      return;
    }
    switch (found) {
      case Found.Control control -> nodes.look(control.node(), control.key(), control.number());
      case Found.Endpoint endpoint ->
          nodes.look(endpoint.node(), endpoint.key(), endpoint.number());
      case Found.Channel channel -> {
        if (((KernelChannel) one.thing()).refresh(channel)) {
          one.update();
        }
      }
    }
  }

  /** Channels first, then nodes: who uses a channel may still close what he has. */
  private List<Thing> withdraw(Collection<Shown> all) {
    List<Shown> order = new ArrayList<>(all);
    order.sort((a, b) -> Integer.compare(rank(a), rank(b)));
    List<Thing> things = new ArrayList<>();
    for (Shown one : order) {
      if (shown.remove(one.thing().found().key(), one)) {
        one.thing().gone();
        one.withdraw();
        one.thing().withdrawn();
        things.add(one.thing());
      }
    }
    return things;
  }

  private static int rank(Shown shown) {
    return switch (shown.thing().found()) {
      case Found.Channel channel -> 0;
      case Found.Endpoint endpoint -> 1;
      case Found.Control control -> 2;
    };
  }

  /** Withdraws all, and closes what is open. */
  void stop() {
    stopped = true;
    stop(shown.values());
  }

  private void stop(Collection<Shown> all) {
    withdraw(all).forEach(Thing::stop);
  }
}
