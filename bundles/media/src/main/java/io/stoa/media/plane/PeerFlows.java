package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.peer.Peer;
import java.util.LinkedHashSet;
import java.util.Set;

/** All paths that are a peer's, in use or not: nobody else releases them. Lives on the peer's loop. */
final class PeerFlows {
    /** As many as an ICE agent has pairs; most clients need a handful. */
    private static final int MAX_FLOWS = 256;

    private final LoopPeer owner;
    private final MediaLoop loop;
    private final Peer peer;
    /** The oldest first. */
    private final Set<Flow> flows = new LinkedHashSet<>();

    PeerFlows(LoopPeer owner, Peer peer) {
        this.owner = owner;
        this.peer = peer;
        loop = owner.loop;
    }

    /** @return null if there is no such path, or it is another peer's */
    Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        Flow flow = loop.flow(protocol, local, remote);
        if (flow == null || flow.owner != null && flow.owner != owner) return null;
        own(flow);
        return flow;
    }

    /** From the peer that had it before, if there is one. */
    void own(Flow flow) {
        if (flow.owner instanceof LoopPeer before && before != owner) before.flows().forget(flow);
        flow.owner = owner;
        if (flows.add(flow) && flows.size() > MAX_FLOWS) releaseOldest(flow);
    }

    private void releaseOldest(Flow newest) {
        for (Flow flow : flows) {
            if (flow == newest || flow == peer.selected()) continue;
            flows.remove(flow);
            loop.release(flow);
            return;
        }
    }

    /** It has closed, or is somebody else's. */
    void forget(Flow flow) {
        flows.remove(flow);
    }

    void releaseAll() {
        for (Flow flow : flows) if (flow.owner == owner) loop.release(flow);
    }
}
