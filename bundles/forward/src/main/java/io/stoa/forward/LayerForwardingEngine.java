package io.stoa.forward;

import io.stoa.media.Forwarder;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.ForwarderState;
import io.stoa.media.ForwardingEngine;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The default engine. */
@Component(service = ForwardingEngine.class, immediate = true)
public final class LayerForwardingEngine implements ForwardingEngine {
    private final String name;

    @Activate
    public LayerForwardingEngine(BundleContext context) {
        this("forward " + context.getBundle().getVersion());
    }

    LayerForwardingEngine(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Forwarder create(ForwarderSpec spec, ForwarderState from) {
        LayerForwarder forwarder = new LayerForwarder(spec);
        if (from != null) forwarder.restore(from);
        return forwarder;
    }
}
