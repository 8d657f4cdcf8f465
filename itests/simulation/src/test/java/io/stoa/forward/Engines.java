package io.stoa.forward;

import io.stoa.media.ForwardingEngine;

/** Engines without a framework that would name them. */
public final class Engines {
    private Engines() {}

    public static ForwardingEngine named(String name) {
        return new LayerForwardingEngine(name);
    }
}
