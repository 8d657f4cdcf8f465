package io.stoa.service.sip;

import io.stoa.rpc.RpcException;
import io.stoa.store.SipStore;

/** The store that is there just now. */
@FunctionalInterface
interface Stored {
    /** @throws RpcException {@code unavailable} if there is none */
    SipStore now() throws RpcException;
}
