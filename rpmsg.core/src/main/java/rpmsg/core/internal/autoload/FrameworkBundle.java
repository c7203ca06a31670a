// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import rpmsg.core.DriverAutoload;

/**
 * A bundle of the framework.
 *
 * @param framework the system bundle
 */
record FrameworkBundle(Bundle bundle, Bundle framework, List<String> aliases)
    implements InstalledBundle {

  /** With the aliases that it declares now, also when it is not resolved. */
  static FrameworkBundle of(Bundle bundle, Bundle framework) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    List<String> aliases = new ArrayList<>();
    if (revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) == 0) {
      for (BundleCapability capability :
          revision.getDeclaredCapabilities(DriverAutoload.CAPABILITY)) {
        add(capability.getAttributes().get(DriverAutoload.ALIAS), aliases);
      }
    }
    return new FrameworkBundle(bundle, framework, List.copyOf(aliases));
  }

  private static void add(Object declared, List<String> aliases) {
    if (declared instanceof String alias) {
      aliases.add(alias);
    } else if (declared instanceof Collection<?> several) {
      several.forEach(alias -> aliases.add(alias.toString()));
    }
  }

  @Override
  public long id() {
    return bundle.getBundleId();
  }

  @Override
  public String symbolicName() {
    return String.valueOf(bundle.getSymbolicName());
  }

  @Override
  public boolean isActive() {
    return (bundle.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0;
  }

  @Override
  public boolean isStartable() {
    return (bundle.getState() & (Bundle.INSTALLED | Bundle.RESOLVED)) != 0
        && (framework.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0
        && isLevelReached();
  }

  private boolean isLevelReached() {
    try {
      return bundle.adapt(BundleStartLevel.class).getStartLevel()
          <= framework.adapt(FrameworkStartLevel.class).getStartLevel();
    } catch (IllegalStateException uninstalled) {
      return false;
    }
  }

  @Override
  public void start() throws BundleException {
    bundle.start(Bundle.START_TRANSIENT);
  }
}
