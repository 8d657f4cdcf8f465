package io.stoa.service.room;

import io.stoa.cluster.MessageBus;
import io.stoa.cluster.NodeRegistry;
import io.stoa.room.RoomListener;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcBus;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Has other nodes answered while the message bus is one that they hear. */
@Component(service = {}, immediate = true)
public final class RoomRpcs {
    private final BundleContext context;
    private MessageBus shared;
    private RpcBus bus;
    private RoomManager rooms;
    private NodeRegistry nodes;
    private RoomRpcServer server;
    private ServiceRegistration<RoomListener> listening;

    @Activate
    public RoomRpcs(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, target = "(stoa.bus=shared)")
    synchronized void bindShared(MessageBus next) {
        shared = next;
        if (server == null) begin();
    }

    synchronized void unbindShared(MessageBus gone) {
        if (shared != gone) return;
        shared = null;
        end();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBus(RpcBus next) {
        bus = next;
        end();
        begin();
    }

    synchronized void unbindBus(RpcBus gone) {
        if (bus != gone) return;
        bus = null;
        end();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindRooms(RoomManager next) {
        rooms = next;
        if (server == null) begin();
        else server.follow(next);
    }

    /** Another one may take the rooms over. */
    synchronized void unbindRooms(RoomManager gone) {
        if (rooms != gone) return;
        rooms = null;
        if (server != null) server.follow(null);
    }

    /** The id is the same under every registry. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindNodes(NodeRegistry next) {
        nodes = next;
        if (server == null) begin();
    }

    synchronized void unbindNodes(NodeRegistry gone) {
        if (nodes == gone) nodes = null;
    }

    private void begin() {
        if (shared == null || bus == null || rooms == null || nodes == null) return;
        server = new RoomRpcServer(bus, nodes.localId());
        listening = context.registerService(RoomListener.class, server, null);
        server.follow(rooms);
    }

    @Deactivate
    synchronized void end() {
        if (server == null) return;
        listening.unregister();
        server.stop();
        server = null;
    }
}
