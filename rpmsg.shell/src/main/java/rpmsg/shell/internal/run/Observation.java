// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static rpmsg.core.TransportInfo.State.NO_NAME_SERVICE;
import static rpmsg.core.TransportInfo.State.PARKED;
import static rpmsg.core.TransportInfo.State.READY;
import static rpmsg.shell.internal.run.FactoryConfiguration.DEMO;
import static rpmsg.shell.internal.run.FactoryConfiguration.TRANSPORT;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import rpmsg.core.TransportInfo;
import rpmsg.core.TransportInfo.State;
import rpmsg.shell.internal.options.RunOptions;
import rpmsg.shell.internal.ping.PingService;

/**
 * What can be seen of a run at one moment.
 *
 * @param misconfigured whether a transport waits for something that only the user can mend
 * @param up whether the link is up
 * @param reason what the link waits for or lacks; empty when there is nothing
 * @param received messages received since the start
 * @param pending whether a ping is not done
 * @param complaint what is wrong with the first ping that is not right, or null
 */
record Observation(
    boolean misconfigured,
    boolean up,
    String reason,
    long received,
    boolean pending,
    String complaint) {

  private static final Set<State> UP = EnumSet.of(READY, NO_NAME_SERVICE, PARKED);

  /** Looks at the services that are there now. */
  static Observation of(
      RunOptions options, List<TransportInfo> transports, List<PingService> pings) {
    List<TransportInfo> watched =
        transports.stream().filter(t -> options.conf() != null || ofOptions(t.name())).toList();
    TransportInfo blocked = blocked(watched);
    return new Observation(
        blocked != null && blocked.misconfigured(),
        !watched.isEmpty() && watched.stream().allMatch(t -> UP.contains(t.state())),
        blocked == null ? "" : blocked.reason(),
        watched.stream().filter(t -> !t.name().equals(DEMO)).mapToLong(Observation::received).sum(),
        pings.size() < options.pings().size() || !pings.stream().allMatch(PingService::done),
        pings.stream()
            .map(PingService::complaint)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null));
  }

  private static boolean ofOptions(String transport) {
    return transport.equals(TRANSPORT) || transport.equals(DEMO);
  }

  /** The transport whose reason the user is told: a misconfigured one first. */
  private static TransportInfo blocked(List<TransportInfo> transports) {
    return transports.stream()
        .filter(t -> t.misconfigured() || !UP.contains(t.state()))
        .min(Comparator.comparing(t -> !t.misconfigured()))
        .orElse(null);
  }

  private static long received(TransportInfo transport) {
    return transport.counters().getOrDefault("received", 0L);
  }
}
