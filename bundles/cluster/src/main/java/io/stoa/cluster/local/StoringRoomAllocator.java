package io.stoa.cluster.local;

import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.store.RoomStore;
import java.security.SecureRandom;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Settles rooms over whichever store, router and registry are there. Registry and router are
 * dynamic as well as mandatory, so that a better one takes over without this allocator going away. The store may be absent for a
 * moment (the node says {@code unavailable} then).
 */
@Component(
        service = RoomAllocator.class,
        configurationPid = {"io.stoa.room", "io.stoa.limit"},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class StoringRoomAllocator implements RoomAllocator {
    private final Ids ids = new Ids(new SecureRandom());
    private volatile RoomSettings settings;

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile NodeRegistry nodes;

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Router router;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomStore store;

    @Activate
    public StoringRoomAllocator(RoomConfig config, LimitConfig limits) {
        settings = RoomSettings.from(config, limits);
    }

    @Modified
    void configure(RoomConfig changed, LimitConfig limits) {
        settings = RoomSettings.from(changed, limits);
    }

    @Override
    public Allocation allocate(CreateRoomRequest request) throws ClusterException {
        RoomStore current = store;
        if (current == null) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "no room store is there (bundle store.memory)");
        return new RoomRegistrar(settings, current, router, nodes, ids, System::currentTimeMillis).allocate(request);
    }

    @Override
    public boolean autoCreate() {
        return settings.autoCreate();
    }
}
