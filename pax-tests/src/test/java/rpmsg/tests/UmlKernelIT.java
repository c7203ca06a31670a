// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;

/** User Mode Linux, which has the sample driver as well. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class UmlKernelIT extends KernelCases {
  @Override
  String name() {
    return "uml";
  }

  @Test
  public void lx180_lx181_theSampleDriverSaysGoodbyeOnTwoChannelsOfOneName() throws Exception {
    guest.run("dmesg -n 8; " + CORE + " && modprobe rpmsg_client_sample");
    link.announceEcho("rpmsg-client-sample");
    link.announceEcho("rpmsg-client-sample");
    Rig.await(guest::console, () -> guest.count("goodbye!") == 2);
    assertEquals(200, guest.count("incoming msg "));
    assertEquals(200, link.counter("received"));
    assertEquals(2 + 200, link.counter("sent"));
    assertTrue(guest.console().contains("incoming msg 100"));
  }
}
