// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.util.Arrays;
import java.util.Locale;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.shell.internal.options.Names;
import rpmsg.shell.internal.options.UsageException;

/** {@code rpmsg:ctrl}: what Linux's control device is asked for by ioctls. */
@Component(
    service = CtrlCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=ctrl"})
public final class CtrlCommand {
  private enum Action {
    CREATE("[-c CONTROL] NAME [SRC [DST]]", 1, 3),
    DESTROY("DEVICE", 1, 1),
    CHANNEL("[-c CONTROL] NAME SRC DST", 3, 3),
    RELEASE("[-c CONTROL] NAME [SRC [DST]]", 1, 3);

    private final String grammar;
    private final int least;
    private final int most;

    Action(String grammar, int least, int most) {
      this.grammar = grammar;
      this.least = least;
      this.most = most;
    }

    static Action of(String word) {
      return Arrays.stream(values())
          .filter(action -> action.word().equals(word))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(word + " must be create, destroy, channel or release"));
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    void check(String[] arguments) {
      if (arguments.length < least || arguments.length > most) {
        throw new IllegalArgumentException("usage: rpmsg:ctrl " + word() + " " + grammar);
      }
    }
  }

  private final Devices devices;

  @Activate
  public CtrlCommand(@Reference Devices devices) {
    this.devices = devices;
  }

  /** Returns the new device's name, for the shell to print or to hand to another command. */
  @Descriptor("creates and destroys endpoint devices, creates and releases channels")
  public String ctrl(
      @Descriptor(
              "control device, such as rpmsg_ctrl0, or its transport; for when there are several")
          @Parameter(
              names = {"-c", "--control"},
              absentValue = "")
          String control,
      @Descriptor("create, destroy, channel or release") String action,
      @Descriptor(
              "create: NAME [SRC [DST]]; destroy: DEVICE; channel: NAME SRC DST;"
                  + " release: NAME [SRC [DST]]; addresses as 0x400, 1024 or any")
          String... arguments)
      throws RpmsgException, UsageException {
    Action asked = Action.of(action);
    asked.check(arguments);
    return switch (asked) {
      case CREATE -> devices.control(control).createEndpoint(info(asked, arguments)).name();
      case DESTROY -> {
        devices.endpoint(arguments[0]).destroy();
        yield null;
      }
      case CHANNEL -> {
        devices.control(control).createChannel(info(asked, arguments));
        yield null;
      }
      case RELEASE -> {
        devices.control(control).releaseChannel(info(asked, arguments));
        yield null;
      }
    };
  }

  private static ChannelInfo info(Action action, String[] arguments) throws UsageException {
    return new ChannelInfo(
        Names.check(action.word(), arguments[0]), address(arguments, 1), address(arguments, 2));
  }

  private static int address(String[] arguments, int index) {
    return index < arguments.length ? Directory.address(arguments[index]) : RpmsgAddress.ANY;
  }
}
