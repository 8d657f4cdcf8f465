package io.stoa.transport;

import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PacketLoop.PortLease;
import java.util.List;

/** @param release gives back what was only this peer's */
record Lease(List<LocalEndpoint> endpoints, Runnable release) implements PortLease {
    @Override
    public void close() {
        release.run();
    }
}
