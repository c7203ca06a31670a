// SPDX-License-Identifier: Apache-2.0

package rpmsg.tty;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses bundle = new ClassFileImporter().importPath(Path.of("target/classes"));

  @Test
  void ofOurBundlesOnlyTheCoresExportsAreKnown() {
    var known = resideInAnyPackage("rpmsg.tty..", "rpmsg.core", "rpmsg.syscall");
    noClasses()
        .that()
        .resideInAPackage("rpmsg.tty..")
        .should()
        .dependOnClassesThat(resideInAPackage("rpmsg..").and(DescribedPredicate.not(known)))
        .check(bundle);
  }
}
