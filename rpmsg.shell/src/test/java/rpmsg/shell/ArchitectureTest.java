// SPDX-License-Identifier: Apache-2.0

package rpmsg.shell;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses bundle = new ClassFileImporter().importPath(Path.of("target/classes"));

  @Test
  void ofOurBundlesOnlyTheApisOfCoreAndDevicesAreKnown() {
    var known = resideInAnyPackage("rpmsg.shell..", "rpmsg.core", "rpmsg.chardev");
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("rpmsg..").and(DescribedPredicate.not(known)))
        .check(bundle);
  }

  @Test
  void nothingIsExported() {
    classes().should().resideInAPackage("rpmsg.shell.internal..").check(bundle);
  }

  /** It refuses bad input before there is a container. */
  @Test
  void theLauncherNeedsNoOtherBundle() {
    noClasses()
        .that()
        .resideInAnyPackage("rpmsg.shell.internal.launch..", "rpmsg.shell.internal.options..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("rpmsg.core..", "rpmsg.chardev..", "org.osgi.service..")
        .check(bundle);
  }
}
