// SPDX-License-Identifier: Apache-2.0

package rpmsg.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  @Test
  void testsInFelixUseExportedPackagesOnly() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("rpmsg..internal..")
        .check(new ClassFileImporter().importPath(Path.of("target/test-classes")));
  }
}
