// SPDX-License-Identifier: Apache-2.0

package rpmsg.virtio;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private final JavaClasses bundle = new ClassFileImporter().importPath(Path.of("target/classes"));

  @Test
  void ofOurBundlesOnlyTheCoresExportsAreKnown() {
    var known =
        resideInAnyPackage("rpmsg.virtio..", "rpmsg.core", "rpmsg.core.spi", "rpmsg.syscall");
    noClasses()
        .that()
        .resideInAPackage("rpmsg.virtio..")
        .should()
        .dependOnClassesThat(resideInAPackage("rpmsg..").and(DescribedPredicate.not(known)))
        .check(bundle);
  }

  @Test
  void theVirtqueueIsUsableAlone() {
    noClasses()
        .that()
        .resideInAPackage("rpmsg.virtio.ring..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.osgi.framework..", "org.osgi.service..", "rpmsg.core..", "rpmsg.virtio.internal..")
        .check(bundle);
  }

  @Test
  void theWireKnowsNeitherOsgiNorTheCore() {
    noClasses()
        .that()
        .resideInAPackage("rpmsg.virtio.internal.wire..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.osgi.framework..", "org.osgi.service..", "rpmsg.core..")
        .check(bundle);
  }

  @Test
  void systemCallsAreMadeElsewhere() {
    var foreign = belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class);
    noClasses().should().dependOnClassesThat(foreign).check(bundle);
  }
}
