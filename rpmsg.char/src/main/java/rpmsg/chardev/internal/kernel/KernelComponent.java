// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.nio.file.Path;
import java.time.Duration;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The RPMsg of the Linux kernel that this container runs on, as services. */
@Component(
    service = {},
    configurationPid = "rpmsg.chardev.kernel",
    immediate = true)
@Designate(ocd = KernelComponent.Config.class)
public final class KernelComponent {
  /** Configuration {@code rpmsg.chardev.kernel}. */
  @ObjectClassDefinition(
      name = "RPMsg of the kernel",
      description = "Shows channels and devices of the Linux kernel's own RPMsg as services.")
  public @interface Config {
    @AttributeDefinition(
        name = "Enabled",
        description = "Whether to look for RPMsg in the kernel. It costs next to nothing.")
    boolean enabled() default true;

    @AttributeDefinition(
        name = "Period",
        description = "Milliseconds from one look at sysfs to the next.",
        min = "10")
    int period() default 1000;

    @AttributeDefinition(name = "sysfs", description = "Where sysfs is mounted.")
    String sys() default "/sys";

    @AttributeDefinition(name = "Nodes", description = "The folder of the device nodes.")
    String dev() default "/dev";
  }

  private static final int LEAST_PERIOD = 10;

  private final Discovery discovery;
  private final KernelBus bus;

  @Activate
  public KernelComponent(
      BundleContext context, @Reference(service = LoggerFactory.class) Logger log, Config config) {
    if (config.period() < LEAST_PERIOD) {
      throw new IllegalArgumentException(
          "period is %d, not %d or more".formatted(config.period(), LEAST_PERIOD));
    }
    discovery = new Discovery(log);
    bus =
        new KernelBus(
            new Sysfs(Path.of(config.sys())),
            new Nodes(Path.of(config.dev()), SystemNode.OPENER, log),
            new ServiceRegistry(context),
            log,
            this::lookSoon);
    if (config.enabled()) {
      discovery.start(bus::look, Duration.ofMillis(config.period()));
    }
  }

  private void lookSoon() {
    discovery.soon(bus::look);
  }

  @Deactivate
  void stop() {
    discovery.stop();
    bus.stop();
  }
}
