package io.stoa.rpc.psrpc;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts them. Safe for use by several threads. */
final class RpcDrops {
    private static final Logger LOG = LoggerFactory.getLogger(RpcDrops.class);

    private final AtomicLongArray counts = new AtomicLongArray(RpcDrop.values().length);

    void count(RpcDrop drop) {
        if (counts.incrementAndGet(drop.ordinal()) == 1) LOG.debug("a message of the bus is dropped: {} (from now on only counted)", drop);
    }

    Map<RpcDrop, Long> snapshot() {
        Map<RpcDrop, Long> all = new EnumMap<>(RpcDrop.class);
        for (RpcDrop drop : RpcDrop.values()) if (counts.get(drop.ordinal()) > 0) all.put(drop, counts.get(drop.ordinal()));
        return all;
    }
}
