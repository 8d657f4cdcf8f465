package io.stoa.ops.webhook;

import java.util.Set;

/** Which events a receiver wants, by name: those that are included, or else those that are not excluded. */
record EventFilter(Set<String> included, Set<String> excluded) {
    boolean wants(String event) {
        return included.isEmpty() ? !excluded.contains(event) : included.contains(event);
    }
}
