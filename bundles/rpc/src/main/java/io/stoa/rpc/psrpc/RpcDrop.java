package io.stoa.rpc.psrpc;

/** Why a message of the bus goes no further. */
enum RpcDrop {
    /** It is no envelope, or what is inside is not what it says it is. */
    MALFORMED,
    /** It is something else than what belongs on its channel. */
    UNEXPECTED_TYPE,
    /** Who sent it has given up already. */
    EXPIRED,
    /** Nobody waits for it any more. */
    NOT_AWAITED,
    /** A request or stream of that id is being handled. */
    DUPLICATE,
    /** More is being handled than may be at a time. */
    OVERLOADED,
    /** The queue of a stream or call is full. */
    SLOW_CONSUMER
}
