// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import org.junit.runner.RunWith;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;

/** Debian's own armhf kernel, not changed in any way, in QEMU. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class QemuKernelIT extends KernelCases {
  @Override
  String name() {
    return "qemu-armhf";
  }
}
