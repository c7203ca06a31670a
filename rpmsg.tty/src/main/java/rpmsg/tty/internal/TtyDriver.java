// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.PseudoTerminal;

/** Makes a terminal of each channel {@code rpmsg-tty}, as Linux's driver of that name does. */
@Component(
    service = RpmsgDriver.class,
    configurationPid = "rpmsg.tty",
    property = {
      RpmsgDriver.DRIVER_NAME + "=rpmsg_tty",
      RpmsgDriver.ID_TABLE + "=" + TtyDriver.CHANNEL
    })
@Designate(ocd = TtyDriver.Config.class)
@Capability(namespace = "rpmsg.driver", attribute = "alias=\"rpmsg:" + TtyDriver.CHANNEL + "\"")
public final class TtyDriver implements RpmsgDriver {
  static final String CHANNEL = "rpmsg-tty";

  /** Linux's bound. */
  static final int LIMIT = 32;

  /** No message is longer: its length has 16 bits. */
  static final int SMALLEST_BACKLOG = 0x10000;

  /** Configuration {@code rpmsg.tty}; a change hangs up all terminals and makes them anew. */
  @ObjectClassDefinition(
      name = "RPMsg terminals",
      description = "A terminal for each channel rpmsg-tty of a remote processor.")
  public @interface Config {
    /** Where programs find the terminals. */
    @AttributeDefinition(
        name = "Link",
        description =
            "Path of a symbolic link to the terminal; %d is its number, from 0. A relative path is"
                + " in the folder for temporary files; an empty one makes no link.")
    String link() default "ttyRPMSG%d";

    /** Bytes that may wait for a terminal. */
    @AttributeDefinition(
        name = "Backlog",
        description =
            "Bytes that may wait for the program that has the terminal open, before the link"
                + " parks, and for the next one while nobody has it open. At least 65536.",
        min = "65536")
    int backlog() default SMALLEST_BACKLOG;
  }

  private final Config config;
  private final Logger logger;
  private final Pump pump;
  private final Numbers numbers = new Numbers(LIMIT);
  private final Map<RpmsgChannel, FromPeer> listeners = new ConcurrentHashMap<>();
  private final Map<RpmsgChannel, Bound> bound = new ConcurrentHashMap<>();

  /** What a probe has made. */
  private record Bound(int number, Terminal terminal, TerminalLink link) {}

  @Activate
  public TtyDriver(@Reference(service = LoggerFactory.class) Logger logger, Config config) {
    this.config = config;
    this.logger = logger;
    pump = new Pump(LIMIT, logger);
  }

  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    // Of a channel that got no endpoint there is no remove
    listeners.keySet().removeIf(gone -> !gone.isOpen() && !bound.containsKey(gone));
    int backlog = Math.max(SMALLEST_BACKLOG, config.backlog());
    FromPeer listener = new FromPeer(channel.deviceName(), backlog, pump::wake, logger);
    listeners.put(channel, listener);
    return listener;
  }

  @Override
  public void probe(RpmsgChannel channel) throws RpmsgException {
    FromPeer listener = listeners.remove(channel);
    int number = numbers.take();
    try {
      PseudoTerminal made = PseudoTerminal.open();
      Terminal terminal = new Terminal(made, channel.endpoint(), listener, pump::wake, logger);
      bound.put(channel, new Bound(number, terminal, link(channel, number, made.path())));
      pump.add(terminal);
    } catch (ErrnoException failed) {
      undo(channel, number);
      throw new RpmsgException(Errno.of(failed.errno()), failed.getMessage(), failed);
    } catch (RuntimeException failed) {
      undo(channel, number);
      throw failed;
    }
  }

  private void undo(RpmsgChannel channel, int number) {
    if (bound.containsKey(channel)) {
      remove(channel);
    } else {
      numbers.free(number);
    }
  }

  @Override
  public void remove(RpmsgChannel channel) {
    Bound gone = bound.remove(channel);
    if (gone == null) {
      return;
    }
    pump.remove(gone.terminal());
    gone.terminal().close();
    unlink(gone.link());
    numbers.free(gone.number());
  }

  @Deactivate
  void close() {
    List.copyOf(bound.keySet()).forEach(this::remove);
  }

  /** A terminal without a link works all the same. */
  private TerminalLink link(RpmsgChannel channel, int number, Path terminal) {
    String name = config.link().replace("%d", Integer.toString(number));
    if (name.isEmpty()) {
      logger.info("{}: terminal {}", channel.deviceName(), terminal);
      return null;
    }
    try {
      Path path = Path.of(System.getProperty("java.io.tmpdir")).resolve(name);
      TerminalLink link = new TerminalLink(path, terminal);
      link.create();
      logger.info("{}: terminal {} at {}", channel.deviceName(), terminal, path);
      return link;
    } catch (IOException | InvalidPathException e) {
      logger.warn("{}: terminal {}, not linked: {}", channel.deviceName(), terminal, e.toString());
      return null;
    }
  }

  private void unlink(TerminalLink link) {
    try {
      if (link != null) {
        link.remove();
      }
    } catch (IOException e) {
      logger.warn("{} was not removed: {}", link.path(), e.toString());
    }
  }
}
