package io.stoa.store.records;

import io.stoa.store.AgentStore;
import io.stoa.store.EgressStore;
import io.stoa.store.IngressStore;
import io.stoa.store.SipStore;
import java.util.List;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** A provider's contracts of durable records as services, from the moment when it is put in charge until it is not any more. */
public final class ChargedStores {
    private final BundleContext context;
    private final String name;
    private final Function<Gate, DurableStores> stores;
    private List<ServiceRegistration<?>> registrations = List.of();
    private Gate gate;

    /**
     * @param name of the provider
     * @param stores makes the contracts, which work while the gate is open
     */
    public ChargedStores(BundleContext context, String name, Function<Gate, DurableStores> stores) {
        this.context = context;
        this.name = name;
        this.stores = stores;
    }

    public synchronized void begin() {
        if (gate != null) return;
        gate = new Gate(name);
        DurableStores offered = stores.apply(gate);
        registrations = List.of(
                context.registerService(EgressStore.class, offered.egress(), null),
                context.registerService(IngressStore.class, offered.ingress(), null),
                context.registerService(SipStore.class, offered.sip(), null),
                context.registerService(AgentStore.class, offered.agents(), null));
    }

    /** Returns when what was under way is done. */
    public synchronized void end() {
        if (gate == null) return;
        registrations.forEach(ServiceRegistration::unregister);
        gate.close();
        gate = null;
    }
}
