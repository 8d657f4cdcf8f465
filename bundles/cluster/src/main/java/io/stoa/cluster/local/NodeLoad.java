package io.stoa.cluster.local;

import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.NodeStatsRate;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How busy this node is. Rates are those between the last two readings that lie at least a second apart, so that frequent questions do
 * not make them jump.
 */
final class NodeLoad {
    private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long startedAtSeconds;
    private long countedAt;
    private long bytesIn;
    private long bytesOut;
    private long packetsIn;
    private long packetsOut;
    private Rates rates = new Rates(0, 0, 0, 0);

    /** Per second. */
    record Rates(double bytesIn, double bytesOut, double packetsIn, double packetsOut) {
        double bytes() {
            return bytesIn + bytesOut;
        }
    }

    NodeLoad(long now, long wallSeconds) {
        countedAt = now;
        startedAtSeconds = wallSeconds;
    }

    @SuppressWarnings("deprecation")
    synchronized NodeStats read(long now, long wallSeconds, int rooms, int clients, Optional<PlaneStats> media) {
        NodeStats.Builder stats = NodeStats.newBuilder()
                .setStartedAt(startedAtSeconds)
                .setUpdatedAt(wallSeconds)
                .setNumRooms(rooms)
                .setNumClients(clients);
        media.ifPresent(plane -> {
            Rates current = rates(now, plane);
            stats.setNumTracksIn(plane.publishedTracks())
                    .setNumTracksOut(plane.subscribedTracks())
                    .setBytesIn(plane.bytesIn())
                    .setBytesOut(plane.bytesOut())
                    .setPacketsIn(plane.packetsIn())
                    .setPacketsOut(plane.packetsOut())
                    .setBytesInPerSec((float) current.bytesIn())
                    .setBytesOutPerSec((float) current.bytesOut())
                    .setPacketsInPerSec((float) current.packetsIn())
                    .setPacketsOutPerSec((float) current.packetsOut())
                    .addRates(NodeStatsRate.newBuilder()
                            .setBytesIn((float) current.bytesIn())
                            .setBytesOut((float) current.bytesOut())
                            .setPacketsIn((float) current.packetsIn())
                            .setPacketsOut((float) current.packetsOut()));
        });
        machine(stats);
        return stats.build();
    }

    private Rates rates(long now, PlaneStats plane) {
        long passed = now - countedAt;
        if (passed < RATE_NANOS) return rates;
        double seconds = passed / 1e9;
        rates = new Rates(
                Math.max(0, plane.bytesIn() - bytesIn) / seconds,
                Math.max(0, plane.bytesOut() - bytesOut) / seconds,
                Math.max(0, plane.packetsIn() - packetsIn) / seconds,
                Math.max(0, plane.packetsOut() - packetsOut) / seconds);
        countedAt = now;
        bytesIn = plane.bytesIn();
        bytesOut = plane.bytesOut();
        packetsIn = plane.packetsIn();
        packetsOut = plane.packetsOut();
        return rates;
    }

    private static void machine(NodeStats.Builder stats) {
        var system = ManagementFactory.getOperatingSystemMXBean();
        stats.setNumCpus(Runtime.getRuntime().availableProcessors()).setLoadAvgLast1Min((float) Math.max(0, system.getSystemLoadAverage()));
        if (system instanceof com.sun.management.OperatingSystemMXBean detailed) {
            long total = detailed.getTotalMemorySize();
            stats.setCpuLoad((float) Math.max(0, detailed.getCpuLoad())).setMemoryTotal(total).setMemoryUsed(total - detailed.getFreeMemorySize());
        }
    }
}
