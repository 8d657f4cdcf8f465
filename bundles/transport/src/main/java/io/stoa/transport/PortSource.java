package io.stoa.transport;

import io.stoa.media.PacketLoop.PortLease;

/** Where a new peer's local endpoints come from: ports that all share, or a port of its own. */
@FunctionalInterface
interface PortSource {
    PortLease lease(NettyLoop loop);
}
