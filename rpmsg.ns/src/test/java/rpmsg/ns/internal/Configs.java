// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.lang.annotation.Annotation;
import rpmsg.core.testing.RecordingLog;

/** Configurations as SCR would hand them in. */
final class Configs {
  private Configs() {}

  static NameServiceComponent component(RecordingLog log, int maxChannels) {
    return new NameServiceComponent(log.logger(), of(maxChannels));
  }

  static NameServiceComponent.Config of(int maxChannels) {
    return new NameServiceComponent.Config() {
      @Override
      public int maxChannels() {
        return maxChannels;
      }

      @Override
      public Class<? extends Annotation> annotationType() {
        return NameServiceComponent.Config.class;
      }
    };
  }
}
