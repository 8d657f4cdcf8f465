package io.stoa.ops.health;

import io.stoa.auth.KeyProvider;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.health.HealthCheck;
import io.stoa.media.MediaPlane;
import io.stoa.room.RoomManager;
import io.stoa.room.SignalServer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What can be seen of a server from outside its parts: that those are there without which nobody can join, and that no threads wait for each other. */
@Component(service = HealthCheck.class)
public final class Parts implements HealthCheck {
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile SignalServer signal;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomManager rooms;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomAllocator allocator;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile MediaPlane media;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeRegistry nodes;

    @Override
    public List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        found.add(threads());
        found.add(there("signal server", signal, "signal"));
        found.add(there("room manager", rooms, "room"));
        found.add(there("room allocator", allocator, "cluster"));
        found.add(there("media plane", media, "media"));
        found.add(there("API keys", keys, "ops.config"));
        NodeRegistry registry = nodes;
        found.add(registry != null && registry.draining()
                ? Finding.unwell("node", Kind.READY, "the server is being drained and takes nobody new")
                : there("node", registry, "cluster"));
        return found;
    }

    private static Finding there(String part, Object service, String bundle) {
        return service == null
                ? Finding.unwell(part, Kind.READY, "is missing: bundle " + bundle + " is not active (bin/stoa why says what it waits for)")
                : Finding.well(part, Kind.READY, "is there");
    }

    private static Finding threads() {
        var bean = ManagementFactory.getThreadMXBean();
        long[] locked = bean.findDeadlockedThreads();
        if (locked == null) return Finding.well("threads", Kind.LIVE, "none wait for each other");
        String names = Arrays.stream(bean.getThreadInfo(locked)).filter(info -> info != null).map(ThreadInfo::getThreadName).collect(Collectors.joining(", "));
        return Finding.unwell("threads", Kind.LIVE, "these wait for each other for ever: " + names);
    }
}
