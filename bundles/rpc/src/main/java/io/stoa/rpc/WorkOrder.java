package io.stoa.rpc;

import com.google.protobuf.Message;
import java.time.Duration;

/** Work for one of the workers that are connected: an egress, an ingress, a call. */
public final class WorkOrder {
    private WorkOrder() {}

    /**
     * Has one of them begin it. Asked again, as often as is configured ({@code psrpc.max_attempts}), where nobody has taken it; but never
     * where somebody has and does not answer, because then it may have begun.
     *
     * @param worker what workers are called where there is none: {@code egress}
     * @param patience for the answer of whoever takes it
     * @throws RpcException {@code unavailable} at once if no worker is connected, and after the last attempt if none takes it; else what the
     *     worker answers
     */
    public static <Q extends Message, A extends Message> A give(RpcBus bus, RpcAddress<Q, A> at, Q request, String worker, Duration patience)
            throws RpcException {
        return give(bus, at, request, worker, patience, bus.defaults().attempts());
    }

    /** @param attempts at most */
    public static <Q extends Message, A extends Message> A give(RpcBus bus, RpcAddress<Q, A> at, Q request, String worker, Duration patience, int attempts)
            throws RpcException {
        for (int attempt = 1; ; attempt++) {
            if (!bus.isServed(at)) throw new RpcException(RpcCode.UNAVAILABLE, "no " + worker + " worker is connected");
            try {
                return bus.call(at, request, CallOptions.within(patience));
            } catch (RpcException e) {
                boolean untaken = e.code() == RpcCode.UNAVAILABLE || e.code() == RpcCode.RESOURCE_EXHAUSTED;
                if (!untaken || attempt >= attempts) throw e;
            }
        }
    }
}
