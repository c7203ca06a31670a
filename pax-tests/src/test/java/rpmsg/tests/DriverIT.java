// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNotNull;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;

/** Drivers as services, channels as services. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DriverIT {
  @Inject private BundleContext context;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private Rig rig;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Before
  public void up() throws Exception {
    rig = new Rig(context);
  }

  @After
  public void down() throws Exception {
    rig.close();
  }

  /** In its probe it sends to the echo of the remote and waits for the answer. */
  private final class Asking implements RpmsgDriver {
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(1);

    @Override
    public RpmsgListener listener(RpmsgChannel channel) {
      return message -> answers.add(new String(message.toByteArray(), StandardCharsets.US_ASCII));
    }

    @Override
    public void probe(RpmsgChannel channel) throws Exception {
      channel.send(MemorySegment.ofArray("hello".getBytes(StandardCharsets.US_ASCII)));
      String answer = answers.poll(Rig.BOUND_SECONDS, TimeUnit.SECONDS);
      events.add("probe " + channel.driverData() + " " + answer + " on " + thread());
    }

    @Override
    public void remove(RpmsgChannel channel) {
      events.add("remove " + channel.name());
    }

    private String thread() {
      return Thread.currentThread().getName();
    }
  }

  private ServiceRegistration<RpmsgDriver> register(String... idTable) {
    return context.registerService(
        RpmsgDriver.class,
        new Asking(),
        new Hashtable<>(Map.of(RpmsgDriver.DRIVER_NAME, "asking", RpmsgDriver.ID_TABLE, idTable)));
  }

  @Test
  public void aProbeThatSendsAndWaitsForTheAnswerGetsIt() throws Exception {
    ServiceRegistration<RpmsgDriver> driver = register("other", "question=42");
    rig.remote.announce("question", RawRemote.ECHO);
    assertEquals("probe 42 hello on rpmsg-it-control", next());
    rig.remote.withdraw(RawRemote.ECHO);
    assertEquals("remove question", next());
    driver.unregister();
  }

  @Test
  public void aDriverThatComesLateBindsAndOneThatGoesIsRemoved() throws Exception {
    rig.remote.announce("question", RawRemote.ECHO);
    rig.awaitAllAnnounced();
    ServiceRegistration<RpmsgDriver> driver = register("question");
    assertEquals("probe  hello on rpmsg-it-control", next());
    driver.unregister();
    assertEquals("remove question", events.poll());
    assertEquals(1, rig.channels().size());
  }

  @Test
  public void aChannelIsAServiceWithLinuxNamesAsProperties() throws Exception {
    rig.remote.announce("serial", RawRemote.ECHO);
    rig.awaitAllAnnounced();
    ServiceReference<RpmsgChannel> reference =
        context.getServiceReferences(RpmsgChannel.class, "(rpmsg.name=serial)").iterator().next();
    assertEquals((Long) (long) RawRemote.ECHO, reference.getProperty(RpmsgChannel.DST));
    assertEquals((Long) 0xFFFFFFFFL, reference.getProperty(RpmsgChannel.SRC));
    assertEquals("it", reference.getProperty(RpmsgChannel.TRANSPORT));
    assertEquals("rpmsg:serial", reference.getProperty(RpmsgChannel.MODALIAS));
    assertEquals("it.serial.-1." + RawRemote.ECHO, reference.getProperty(RpmsgChannel.DEVICE));
    assertEquals(false, reference.getProperty(RpmsgChannel.ANNOUNCE));
    RpmsgChannel channel = context.getService(reference);
    try (RpmsgEndpoint endpoint =
        channel.createEndpoint(RpmsgAddress.ANY, m -> events.add("echo " + m.length()))) {
      endpoint.send(MemorySegment.ofArray(new byte[496]));
      assertEquals("echo 496", next());
    }
  }

  @Test
  public void anEndpointThatIsAnnouncedIsSeenByTheRemote() throws Exception {
    rig.remote.announce("ready", 0x400);
    rig.awaitAllAnnounced();
    var transport =
        context.getService(
            context
                .getServiceReferences(rpmsg.core.RpmsgTransport.class, "(rpmsg.transport=it)")
                .iterator()
                .next());
    try (RpmsgEndpoint server = transport.announce("server", 100, m -> {})) {
      Rig.await(() -> "CREATE " + rig.remote.heard, () -> rig.remote.heard.contains("+server@100"));
      assertEquals(100, server.address());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Rig.await(() -> "DESTROY " + rig.remote.heard, () -> rig.remote.heard.contains("-server@100"));
  }

  private String next() throws InterruptedException {
    String event = events.poll(Rig.BOUND_SECONDS, TimeUnit.SECONDS);
    assertNotNull(event);
    assertNotEquals("", event);
    return event;
  }
}
