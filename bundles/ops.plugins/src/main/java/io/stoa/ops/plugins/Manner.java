package io.stoa.ops.plugins;

import java.util.Locale;
import org.osgi.framework.Bundle;

/** How a bundle is replaced while the server runs; its header {@code Stoa-Swap} says so. */
enum Manner {
    /** The successor works before the predecessor stops. */
    BESIDE("beside: the new one works before the old one stops"),
    /** As {@link #BESIDE}, and clients notice each change: they resume. */
    RESUME("beside: the new one works before the old one stops, and clients resume"),
    /** Both need something that only one can have, such as a port. */
    ALONE("alone: the old one stops first, and comes back if the new one fails"),
    /** As {@link #ALONE}, and calls end with it. */
    DRAINED("alone, and only while nobody is here: drain first"),
    /** Others are wired to its classes. */
    RESTART("with a restart: others use its classes");

    private final String words;

    Manner(String words) {
        this.words = words;
    }

    boolean exclusive() {
        return this == ALONE || this == DRAINED;
    }

    String words() {
        return words;
    }

    static Manner of(Bundle bundle) {
        if (bundle.getHeaders("").get("Service-Component") == null) return RESTART;
        String said = bundle.getHeaders("").get("Stoa-Swap");
        if (said == null) return BESIDE;
        for (Manner one : values()) if (one.name().equals(said.strip().toUpperCase(Locale.ROOT))) return one;
        return BESIDE;
    }
}
