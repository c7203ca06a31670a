// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import java.time.Duration;
import java.util.Hashtable;
import java.util.Locale;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.condition.Condition;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.transport.TransportConfig;
import rpmsg.virtio.internal.transport.VirtioTransport;

/**
 * One transport per factory configuration. It lays its link out by itself; {@link
 * NameServiceComponent} brings the name service, and only then it is ready.
 *
 * <p>Readiness is registered by hand, because a component's own service is visible before its
 * constructor has run, and stays visible when the constructor throws.
 */
@Component(
    name = "rpmsg.virtio",
    configurationPid = "rpmsg.virtio",
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    immediate = true,
    service = {})
@Designate(ocd = VirtioComponent.Config.class, factory = true)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"rpmsg.core.RpmsgTransport,rpmsg.core.TransportInfo\"")
public final class VirtioComponent {
  /** Id of the readiness condition; its property {@link RpmsgChannel#TRANSPORT} names which. */
  static final String READY = "rpmsg.ready";

  private static final long MAX_SECONDS = 1_000_000;

  /** Configuration of one transport. */
  @ObjectClassDefinition(
      name = "RPMsg virtio transport",
      description = "A link to one remote processor over virtio rings in shared memory")
  public @interface Config {
    @AttributeDefinition(
        name = "Name",
        description = "Name of the transport; default: what follows ~ in the factory PID")
    String name() default "";

    @AttributeDefinition(
        name = "Role",
        description = "host: driver side, what Linux is; remote: device side, what firmware is",
        options = {@Option(value = "host"), @Option(value = "remote")})
    String role() default "host";

    @AttributeDefinition(
        name = "Link",
        description =
            "loopback:NAME (memory of this process), shm:PATH (a shared file) or vhost-user:PATH (a"
                + " virtual machine: its socket)")
    String link() default "loopback:default";

    @AttributeDefinition(
        name = "Doorbell",
        description =
            "poll, futex (both sides of this project) or unix:PATH (socket of OpenAMP's Linux"
                + " port); empty: local for loopback, else poll")
    String doorbell() default "";

    @AttributeDefinition(
        name = "Index",
        description = "0 creates memory and resource table and listens, 1 connects",
        options = {@Option(value = "0"), @Option(value = "1")})
    int index() default 0;

    @AttributeDefinition(
        name = "Connect",
        description =
            "vhost-user remote only: connect to the socket instead of listening at it; a host"
                + " always connects")
    boolean connect() default false;

    @AttributeDefinition(
        name = "vhost-user protocol features",
        description =
            "Offered by a remote: mq, reply-ack, backend-req, config, inflight, reset-device,"
                + " inband (not for QEMU), mem-slots, status")
    String[] vhostProtocol() default {"reply-ack", "backend-req"};

    @AttributeDefinition(
        name = "Offer buffer sizes",
        description =
            "vhost-user remote only: offer VIRTIO_RPMSG_F_BUFSZ (feature bit 1, not final yet),"
                + " with bufferSize in the configuration space; needs the protocol feature config")
    boolean offerBufferSize() default false;

    @AttributeDefinition(
        name = "Always kick",
        description = "Ring also where the peer's flags say no; for an RPMsg-Lite master")
    boolean alwaysKick() default false;

    @AttributeDefinition(
        name = "No status",
        description = "The peer knows no status: the link is up at its first kick (RPMsg-Lite)")
    boolean noStatus() default false;

    @AttributeDefinition(
        name = "Buffer size",
        description = "Bytes per buffer, the 16 of the header included, 17 to 65551; host only")
    int bufferSize() default 512;

    @AttributeDefinition(
        name = "Buffers",
        description = "Buffers per direction at most; a smaller ring has fewer; host only")
    int buffers() default 256;

    @AttributeDefinition(
        name = "Descriptors per ring",
        description = "A power of two up to 32768; index 0 only")
    int vringNum() default 256;

    @AttributeDefinition(
        name = "Ring alignment",
        description = "Bytes, a power of two from 4 on; index 0 only")
    int vringAlign() default 4096;

    @AttributeDefinition(
        name = "Event index",
        description =
            "Offer VIRTIO_F_EVENT_IDX; index 0 only. Never for an OpenAMP driver: it accepts and"
                + " ignores it")
    boolean eventIdx() default false;

    @AttributeDefinition(
        name = "Attach timeout",
        description = "Milliseconds that the name service may take to bind address 53")
    long attachTimeout() default 5000;

    @AttributeDefinition(
        name = "Reannounce",
        description =
            "Announce local services again every so many seconds, for a peer that may have missed"
                + " an announcement; 0 for never")
    long reannounce() default 0;

    @AttributeDefinition(
        name = "Kept announcements",
        description = "How many are kept while the name service is away; then the link parks")
    int keep() default 1024;
  }

  private final BundleContext context;
  private final VirtioTransport transport;
  private final ServiceRegistration<?> registration;
  private final SynchronousBundleListener bundleStops = this::onBundleEvent;

  @Activate
  public VirtioComponent(
      BundleContext context,
      @Reference RpmsgBus bus,
      @Reference(service = LoggerFactory.class) Logger logger,
      Config config,
      Map<String, Object> properties) {
    this.context = context;
    TransportConfig checked = checked(config, properties);
    transport = new VirtioTransport(checked, bus, ready -> publish(context, ready), logger);
    registration =
        context.registerService(
            new String[] {TransportInfo.class.getName(), VirtioTransport.class.getName()},
            transport,
            new Hashtable<>(Map.of(RpmsgChannel.TRANSPORT, checked.name())));
    context.addBundleListener(bundleStops);
    transport.start();
    if ((context.getBundle().getState() & (Bundle.STARTING | Bundle.ACTIVE)) == 0) {
      transport.close();
    }
  }

  @Deactivate
  void close() {
    transport.close();
    unregister(registration);
    context.removeBundleListener(bundleStops);
  }

  /**
   * A configuration that arrives while the bundle stops activates this component on another thread.
   * The transport's threads must not outlive the bundle even then.
   */
  private void onBundleEvent(BundleEvent event) {
    if (event.getType() == BundleEvent.STOPPING && event.getBundle() == context.getBundle()) {
      transport.close();
    }
  }

  private static TransportConfig checked(Config config, Map<String, Object> properties) {
    String pid = String.valueOf(properties.get("service.pid"));
    String name = config.name().isEmpty() ? pid.substring(pid.indexOf('~') + 1) : config.name();
    TransportConfig.Role role =
        TransportConfig.Role.valueOf(config.role().toUpperCase(Locale.ROOT));
    require(config.bufferSize() > 16 && config.bufferSize() <= 16 + 0xFFFF, "bufferSize");
    require(config.index() == 0 || config.index() == 1, "index");
    require(config.attachTimeout() > 0, "attachTimeout");
    require(config.reannounce() >= 0 && config.reannounce() <= MAX_SECONDS, "reannounce");
    require(config.keep() > 0, "keep");
    require(config.buffers() > 0, "buffers");
    long buffers = Math.min(config.buffers(), config.vringNum());
    LinkOptions options =
        LinkOptions.DEFAULT
            .withFeatures(config.eventIdx() ? 1 | 1L << 29 : 1)
            .withVrings(config.vringNum(), config.vringAlign())
            .withSizes(LinkOptions.DEFAULT.memorySize(), 2 * buffers * config.bufferSize());
    if (config.noStatus()) {
      options = options.withoutTableOfPeer();
    }
    return new TransportConfig(
        name,
        role,
        config.link(),
        config.doorbell(),
        config.index(),
        VhostKeys.apply(config, role, options),
        config.alwaysKick(),
        config.noStatus(),
        config.bufferSize(),
        config.buffers(),
        Duration.ofMillis(config.attachTimeout()),
        Duration.ofSeconds(config.reannounce()),
        config.keep());
  }

  private static void require(boolean ok, String key) {
    if (!ok) {
      throw new IllegalArgumentException("rpmsg.virtio: " + key + " is out of range");
    }
  }

  private static Runnable publish(BundleContext context, RpmsgTransport ready) {
    Map<String, Object> name = Map.of(RpmsgChannel.TRANSPORT, ready.name());
    ServiceRegistration<RpmsgTransport> service =
        context.registerService(RpmsgTransport.class, ready, new Hashtable<>(name));
    Hashtable<String, Object> id = new Hashtable<>(name);
    id.put(Condition.CONDITION_ID, READY);
    ServiceRegistration<Condition> condition =
        context.registerService(Condition.class, Condition.INSTANCE, id);
    return () -> {
      unregister(condition);
      unregister(service);
    };
  }

  private static void unregister(ServiceRegistration<?> registration) {
    try {
      registration.unregister();
    } catch (IllegalStateException gone) {
      // The framework has unregistered the services of a stopping bundle itself.
    }
  }
}
