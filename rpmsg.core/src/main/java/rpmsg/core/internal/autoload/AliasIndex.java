// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who declares which alias. Made anew when bundles change, so that a name that a peer announces
 * costs one look-up and leaves nothing behind.
 */
final class AliasIndex {
  private record Wildcard(Glob glob, Candidate candidate) {}

  private final Map<String, List<Candidate>> literal = new HashMap<>();
  private final List<Wildcard> wildcards = new ArrayList<>();

  AliasIndex(Collection<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      for (String alias : candidate.bundle.aliases()) {
        add(new Glob(alias), candidate);
      }
    }
  }

  private void add(Glob alias, Candidate candidate) {
    if (alias.isLiteral()) {
      literal.computeIfAbsent(alias.pattern(), a -> new ArrayList<>()).add(candidate);
    } else {
      wildcards.add(new Wildcard(alias, candidate));
    }
  }

  /** All that declare it, each once: those that name it before those with wildcards. */
  Set<Candidate> find(String alias) {
    Set<Candidate> found = new LinkedHashSet<>(literal.getOrDefault(alias, List.of()));
    for (Wildcard wildcard : wildcards) {
      if (wildcard.glob.matches(alias)) {
        found.add(wildcard.candidate);
      }
    }
    return found;
  }
}
