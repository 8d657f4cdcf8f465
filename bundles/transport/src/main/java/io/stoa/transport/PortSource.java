package io.stoa.transport;

import io.stoa.media.PacketLoop.PortLease;
import java.io.IOException;

/** Where a new peer's local endpoints come from: ports that all share, or a port of its own. */
interface PortSource {
    /** On the loop. */
    PortLease lease(NettyLoop loop);

    /** Not on the loop: ports of its own in any case. */
    PortLease ownLease(NettyLoop loop) throws IOException;
}
