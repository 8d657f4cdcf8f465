package io.stoa.service.sip;

import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.SipRecords;

/** The SIP service, without a framework. */
public final class LocalSip {
    private LocalSip() {}

    public static RpcEndpoint of(RpcBus bus, RpcEndpoint rooms) {
        SipService service = new SipService();
        service.bus = bus;
        service.store = new SipRecords(new MemoryHashes());
        service.rooms = rooms;
        return service;
    }
}
