// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench;

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

  /** What is measured is what every user has. */
  @Test
  void ofOurBundlesOnlyTheCoresApiIsKnown() {
    var known = resideInAnyPackage("rpmsg.bench..", "rpmsg.core");
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("rpmsg..").and(DescribedPredicate.not(known)))
        .check(bundle);
  }

  @Test
  void nothingIsExported() {
    classes().should().resideInAPackage("rpmsg.bench.internal..").check(bundle);
  }

  /** The plain processes and the one that directs them have neither the core nor a framework. */
  @Test
  void onlyWhatRunsInAContainerKnowsIt() {
    noClasses()
        .that()
        .resideOutsideOfPackage("rpmsg.bench.internal.stack..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("rpmsg.core..", "org.osgi..", "rpmsg.bench.internal.stack..")
        .check(bundle);
  }

  /** The container lacks Aeron. */
  @Test
  void onlyOneCarrierKnowsAeron() {
    noClasses()
        .that()
        .resideOutsideOfPackage("rpmsg.bench.internal.carrier..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.aeron..", "org.agrona..")
        .check(bundle);
  }
}
