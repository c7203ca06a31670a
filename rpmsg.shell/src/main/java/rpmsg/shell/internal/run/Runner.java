// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import java.io.IOException;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Turns the options of {@code ./rpmsg run} into factory configurations and enables the components
 * that show what comes of them. In any other container it does nothing.
 */
@Component(
    immediate = true,
    service = {})
public final class Runner {
  @Activate
  public Runner(
      ComponentContext components, BundleContext context, @Reference ConfigurationAdmin admin)
      throws IOException {
    RunSettings settings = RunSettings.of(context);
    if (settings != null) {
      components.enableComponent(null);
      for (FactoryConfiguration configuration : FactoryConfiguration.of(settings.options())) {
        configuration.update(admin);
      }
    }
  }
}
