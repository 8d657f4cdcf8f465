package io.stoa.service.egress;

import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.RoomStore;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.EgressRecords;

/** The egress service, without a framework. */
public final class LocalEgress {
    private LocalEgress() {}

    public static RpcEndpoint of(RpcBus bus, RoomStore roomStore, RpcEndpoint rooms) {
        EgressService service = new EgressService();
        service.bus = bus;
        service.store = new EgressRecords(new MemoryHashes());
        service.roomStore = roomStore;
        service.roomService = rooms;
        return service;
    }
}
