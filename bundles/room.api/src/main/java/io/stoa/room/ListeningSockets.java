package io.stoa.room;

import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps listening sockets while who accepts on them is replaced: whoever connects meanwhile waits in the system's queue and is not refused.
 */
@ProviderType
public interface ListeningSockets {
    /**
     * @param address host, {@code *} for all, and port, as configured
     */
    void keep(String address, Kept kept);

    /** Whoever takes it owns it. Empty if nothing was kept there, or nobody took it in time: then it was closed. */
    Optional<Kept> take(String address);

    /**
     * @param socket bound, registered with no selector
     * @param paths of the requests that were answered on it
     */
    record Kept(ServerSocketChannel socket, List<String> paths) {}
}
