// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameService;

/**
 * The name service of all transports. What it knows about a link lives in that link's {@link
 * Attachment}; here is only the list of them, so that none outlives the component. Any thread.
 */
@Component(configurationPid = "rpmsg.ns")
@Designate(ocd = NameServiceComponent.Config.class)
@Capability(namespace = "rpmsg.driver", attribute = "alias=\"rpmsg:rpmsg_ns\"")
public final class NameServiceComponent implements NameService {
  /** Configuration {@code rpmsg.ns}; a change applies to the next announcement. */
  @ObjectClassDefinition(
      name = "RPMsg name service",
      description = "Turns the announcements of remote processors into channels.")
  public @interface Config {
    /** Channels of one transport that its peer may have announced at a time (LX112). */
    @AttributeDefinition(
        name = "Channels per transport",
        description =
            "How many channels a remote processor may have announced at a time. Further"
                + " announcements are refused and counted; channels that are there stay.",
        min = "0")
    int maxChannels() default 1024;
  }

  private final Logger logger;
  private final Set<Attachment> attachments = ConcurrentHashMap.newKeySet();
  private volatile int maxChannels;
  private volatile boolean stopped;

  @Activate
  public NameServiceComponent(
      @Reference(service = LoggerFactory.class) Logger logger, Config config) {
    this.logger = logger;
    this.maxChannels = config.maxChannels();
  }

  @Modified
  void modified(Config config) {
    maxChannels = config.maxChannels();
  }

  @Override
  public Binding attach(AddressSpace space, Duration bound) throws RpmsgException {
    if (!space.announces()) {
      throw new RpmsgException(
          Errno.EOPNOTSUPP, space.name() + ": the peer has no name service (VIRTIO_RPMSG_F_NS)");
    }
    long start = System.nanoTime();
    Attachment attachment = bind(space);
    try {
      verify(space, Duration.ofNanos(System.nanoTime() - start), bound);
    } catch (RpmsgException | RuntimeException e) {
      attachment.close();
      throw e;
    }
    return attachment;
  }

  private Attachment bind(AddressSpace space) throws RpmsgException {
    PeerChannels channels = new PeerChannels(space, () -> maxChannels, logger);
    Announcements announcements = new Announcements(space, channels, logger);
    RpmsgEndpoint endpoint = space.bind(RpmsgAddress.NAME_SERVICE, announcements);
    Attachment attachment =
        new Attachment(space.name(), endpoint, announcements, channels, attachments::remove);
    attachments.add(attachment);
    return attachment;
  }

  /** A successful bind is not believed: the transport reports ready on the strength of this. */
  private void verify(AddressSpace space, Duration elapsed, Duration bound) throws RpmsgException {
    if (stopped) {
      throw new RpmsgException(Errno.ENODEV, space.name() + ": the name service was stopped");
    }
    if (elapsed.compareTo(bound) >= 0) {
      throw new RpmsgException(
          Errno.ETIMEDOUT,
          "%s: attaching the name service took %d ms, allowed are %d ms"
              .formatted(space.name(), elapsed.toMillis(), bound.toMillis()));
    }
    if (!space.bound(RpmsgAddress.NAME_SERVICE)) {
      throw new RpmsgException(
          Errno.ENODEV, space.name() + ": address 53 was lost while the name service was attached");
    }
  }

  @Deactivate
  void deactivate() {
    stopped = true; // before the loop: an attach that is under way now undoes itself
    attachments.forEach(this::detach);
  }

  private void detach(Attachment attachment) {
    try {
      attachment.close();
    } catch (RuntimeException e) {
      logger.error("detaching {} failed", attachment, e);
    }
  }
}
