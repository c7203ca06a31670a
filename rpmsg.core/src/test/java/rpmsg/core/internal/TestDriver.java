// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.List;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgListener;

/** A driver that writes down what it is asked to do. */
final class TestDriver implements RpmsgDriver {
  /** What a probe or a remove does. */
  interface Action {
    void run(RpmsgChannel channel) throws Exception;
  }

  final String name;
  private final List<String> events;
  private RpmsgListener listener = message -> {};
  private Action onProbe = channel -> {};
  private Action onRemove = channel -> {};

  TestDriver(String name, List<String> events) {
    this.name = name;
    this.events = events;
  }

  /** The listener of default endpoints; null for none. */
  TestDriver listenWith(RpmsgListener listener) {
    this.listener = listener;
    return this;
  }

  TestDriver onProbe(Action action) {
    onProbe = action;
    return this;
  }

  TestDriver onRemove(Action action) {
    onRemove = action;
    return this;
  }

  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    return listener;
  }

  @Override
  public void probe(RpmsgChannel channel) throws Exception {
    events.add(name + " probe " + channel.name());
    onProbe.run(channel);
  }

  @Override
  public void remove(RpmsgChannel channel) {
    events.add(name + " remove " + channel.name());
    try {
      onRemove.run(channel);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
