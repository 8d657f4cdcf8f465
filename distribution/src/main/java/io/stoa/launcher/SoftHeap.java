package io.stoa.launcher;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * Keeps the heap near what lives in it. ZGC would let garbage grow up to {@code -Xmx} before it collects; it does not pass
 * {@code SoftMaxHeapSize} without need. That limit is set after each collection, to a multiple of what survived, so that a server takes
 * the memory that its participants need and gives it back when they have left.
 */
final class SoftHeap implements NotificationListener {
    private static final long MIB = 1 << 20;
    /** Room between collections for what signalling and ciphers leave behind: at 17,000 packets/s about 20 MB a second. */
    private static final long ROOM = 40 * MIB;
    private static final double GROWTH = 1.2;
    private static final long LEAST = 96 * MIB;
    /** A start leaves twice as much behind as lives then; collecting that more often costs time that the start has not. */
    private static final long STARTING = 160 * MIB;

    private final HotSpotDiagnosticMXBean machine;
    private final long most;
    private long least = STARTING;
    private long limit;

    private SoftHeap(HotSpotDiagnosticMXBean machine) {
        this.machine = machine;
        most = Runtime.getRuntime().maxMemory();
        limit = Long.parseLong(machine.getVMOption("SoftMaxHeapSize").getValue());
    }

    /** Empty with a collector that has no such limit, and where somebody has set one. */
    static Optional<SoftHeap> begin() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (machine == null || !on(machine, "UseZGC")) return Optional.empty();
        SoftHeap heap = new SoftHeap(machine);
        if (heap.limit < heap.most) return Optional.empty();
        heap.set(Math.min(STARTING, heap.most));
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans())
            if (collector instanceof NotificationEmitter emitter && collector.getName().endsWith("Cycles")) emitter.addNotificationListener(heap, null, emitter);
        return Optional.of(heap);
    }

    /** The server takes calls. */
    synchronized void started() {
        least = LEAST;
        set(Math.min(LEAST, most));
    }

    private static boolean on(HotSpotDiagnosticMXBean machine, String option) {
        return Boolean.parseBoolean(machine.getVMOption(option).getValue());
    }

    @Override
    public void handleNotification(Notification notification, Object emitter) {
        if (!notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) return;
        var collection = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
        long survived = 0;
        for (var pool : collection.getGcInfo().getMemoryUsageAfterGc().entrySet()) if (pool.getKey().startsWith("ZGC")) survived += pool.getValue().getUsed();
        follow(survived);
    }

    private synchronized void follow(long survived) {
        long wanted = Math.clamp((long) (survived * GROWTH) + ROOM, Math.min(least, most), most);
        if (Math.abs(wanted - limit) > limit / 16) set(wanted);
    }

    private void set(long bytes) {
        limit = bytes;
        machine.setVMOption("SoftMaxHeapSize", String.valueOf(bytes));
    }
}
