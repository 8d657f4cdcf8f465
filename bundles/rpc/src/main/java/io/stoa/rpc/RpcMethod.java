package io.stoa.rpc;

import com.google.protobuf.Message;
import java.util.List;

/**
 * A method as all sides know it. {@link RpcMethods} has those of LiveKit.
 *
 * @param request prototype
 * @param answer prototype
 * @param selection with {@code CLAIM} and {@code AFFINITY}
 */
public record RpcMethod<Q extends Message, A extends Message>(String service, String name, Q request, A answer, Kind kind, Selection selection) {
    /** Who gets a request. */
    public enum Kind {
        /** One server gets it, and asks whether it may answer. */
        CLAIM(true, true),
        /** All servers get it, and the fittest of those who want it may answer. */
        AFFINITY(true, false),
        /** All servers answer. */
        MULTI(false, false),
        /** There is one server for the topic. */
        SINGLE(false, true),
        /** A stream with the one server of the topic. */
        STREAM(false, false),
        /** Nobody answers. */
        EVENT(false, false);

        public final boolean claimed;
        public final boolean queued;

        Kind(boolean claimed, boolean queued) {
            this.claimed = claimed;
            this.queued = queued;
        }
    }

    public RpcMethod(String service, String name, Q request, A answer, Kind kind) {
        this(service, name, request, answer, kind, kind == Kind.AFFINITY ? Selection.FITTEST : Selection.FIRST);
    }

    /** @param topic parts; which ones is part of the method. Empty parts count for nothing */
    public RpcAddress<Q, A> at(String... topic) {
        return new RpcAddress<>(this, List.of(topic));
    }
}
