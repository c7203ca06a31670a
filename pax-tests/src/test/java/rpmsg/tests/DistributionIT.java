// SPDX-License-Identifier: Apache-2.0

package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.FrameworkWiring;

/** What ships starts. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DistributionIT {

  @Inject private BundleContext context;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Test
  public void everyBundleIsActive() {
    var active =
        Arrays.stream(context.getBundles())
            .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
            .map(Bundle::getSymbolicName)
            .toList();
    var missing =
        Container.symbolicNames().stream().filter(name -> !active.contains(name)).toList();
    assertEquals(List.of(), missing);
  }

  @Test
  public void theBenchmarkIsNotAmongThem() throws IOException {
    assertFalse(Container.symbolicNames().contains("rpmsg.bench"));
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("rpmsg.distribution")))) {
      List<String> foreign =
          files
              .map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT))
              .filter(name -> name.matches("(aeron|agrona|hdrhistogram).*"))
              .toList();
      assertEquals(List.of(), foreign);
    }
  }

  @Test
  public void ourBundlesAreAmongThem() {
    assertTrue(Container.symbolicNames().containsAll(Container.OURS));
  }

  @Test
  public void driversAreInstalledNotStartedAndResolveWithTheOthers() {
    var drivers =
        Arrays.stream(context.getBundles())
            .filter(bundle -> Container.DRIVERS.contains(bundle.getSymbolicName()))
            .toList();
    assertEquals(Container.DRIVERS.size(), drivers.size());
    for (Bundle driver : drivers) {
      int state = driver.getState();
      assertTrue(driver + " is " + state, state == Bundle.INSTALLED || state == Bundle.RESOLVED);
      var wiring = context.getBundle(0).adapt(FrameworkWiring.class);
      assertTrue(driver + " does not resolve", wiring.resolveBundles(List.of(driver)));
    }
  }
}
