// SPDX-License-Identifier: Apache-2.0

package rpmsg.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses bundle = new ClassFileImporter().importPath(Path.of("target/classes"));

  @Test
  void coreKnowsNoOtherBundle() {
    noClasses()
        .that()
        .resideInAPackage("rpmsg.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("rpmsg.ns..", "rpmsg.virtio..", "rpmsg.chardev..", "rpmsg.shell..")
        .check(bundle);
  }

  @Test
  void whatIsExportedKnowsNothingInternal() {
    noClasses()
        .that()
        .resideInAnyPackage("rpmsg.core", "rpmsg.core.spi")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("rpmsg.core.internal..")
        .check(bundle);
  }
}
