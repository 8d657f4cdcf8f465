package io.stoa.forward;

import io.stoa.media.ForwardingEngine;

/** The shipped engine without a framework. */
public final class Engines {
    private Engines() {}

    public static ForwardingEngine shipped() {
        return new LayerForwardingEngine("forward");
    }
}
