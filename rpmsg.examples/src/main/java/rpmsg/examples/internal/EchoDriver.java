// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Component;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** A driver in as few lines as it takes: it says that it is there, and sends back what comes. */
@Component(property = RpmsgDriver.ID_TABLE + "=example-echo")
@Capability(namespace = "rpmsg.driver", attribute = "alias=\"rpmsg:example-echo\"")
public final class EchoDriver implements RpmsgDriver {
  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    return message -> channel.send(message.payload());
  }

  @Override
  public void probe(RpmsgChannel channel) throws RpmsgException {
    channel.send(MemorySegment.ofArray("ready".getBytes(StandardCharsets.US_ASCII)));
  }
}
