package io.stoa.service.egress;

import io.stoa.protocol.livekit.ListEgressRequest;
import io.stoa.protocol.livekit.ListEgressResponse;
import io.stoa.rpc.RpcException;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;

/** Egresses as clients and workers list them: all at once, so there is never a next page. */
final class EgressList {
    private EgressList() {}

    static ListEgressResponse of(EgressStore store, ListEgressRequest request) throws RpcException, StoreException {
        ListEgressResponse.Builder list = ListEgressResponse.newBuilder();
        if (request.getEgressId().isEmpty()) list.addAllItems(store.egresses(request.getRoomName(), request.getActive()));
        else list.addItems(store.egress(request.getEgressId()).orElseThrow(() -> RpcException.notFound(EgressService.UNKNOWN)));
        return list.build();
    }
}
