package io.stoa.ops.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the process and the Java machine say of themselves, by the names that Prometheus's own libraries give them. */
final class ProcessSource implements MetricSource {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public List<Metric> metrics() {
        List<Metric> all = new ArrayList<>();
        var runtime = ManagementFactory.getRuntimeMXBean();
        all.add(Metric.gauge("process_start_time_seconds", "When the process began, in Unix time.", Map.of(), runtime.getStartTime() / 1e3));
        all.add(Metric.gauge("jvm_info", "Which Java machine it is.", Map.of("vendor", runtime.getVmVendor(), "version", runtime.getVmVersion()), 1));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)
            all.add(Metric.counter("process_cpu_seconds_total", "Processor time of the process.", Map.of(), system.getProcessCpuTime() / 1e9));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            all.add(Metric.gauge("process_open_fds", "Open file descriptors.", Map.of(), unix.getOpenFileDescriptorCount()));
            all.add(Metric.gauge("process_max_fds", "File descriptors that may be open.", Map.of(), unix.getMaxFileDescriptorCount()));
        }
        resident(all);
        memory(all);
        all.add(Metric.gauge("jvm_threads_current", "Platform threads.", Map.of(), ManagementFactory.getThreadMXBean().getThreadCount()));
        List<Metric.Series> counts = new ArrayList<>();
        List<Metric.Series> seconds = new ArrayList<>();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            counts.add(new Metric.Value(Map.of("gc", collector.getName()), Math.max(0, collector.getCollectionCount())));
            seconds.add(new Metric.Value(Map.of("gc", collector.getName()), Math.max(0, collector.getCollectionTime()) / 1e3));
        }
        all.add(new Metric("stoa_jvm_gc_collections_total", Metric.Kind.COUNTER, "Garbage collections.", counts));
        all.add(new Metric("stoa_jvm_gc_seconds_total", Metric.Kind.COUNTER, "Time in garbage collections, by the collector's own count.", seconds));
        return all;
    }

    private static void memory(List<Metric> all) {
        List<Metric.Series> used = new ArrayList<>();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        used.add(new Metric.Value(Map.of("area", "heap"), heap.getUsed()));
        used.add(new Metric.Value(Map.of("area", "nonheap"), ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed()));
        all.add(new Metric("jvm_memory_used_bytes", Metric.Kind.GAUGE, "Memory in use.", used));
        if (heap.getMax() > 0) all.add(Metric.gauge("jvm_memory_max_bytes", "What memory may grow to.", Map.of("area", "heap"), heap.getMax()));
        List<Metric.Series> buffers = new ArrayList<>();
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class))
            buffers.add(new Metric.Value(Map.of("pool", pool.getName()), pool.getMemoryUsed()));
        all.add(new Metric("jvm_buffer_pool_used_bytes", Metric.Kind.GAUGE, "Memory of buffers beside the heap.", buffers));
    }

    /** Where the system tells. */
    private static void resident(List<Metric> all) {
        if (!Files.isReadable(STATUS)) return;
        try {
            for (String line : Files.readAllLines(STATUS))
                if (line.startsWith("VmRSS:"))
                    all.add(Metric.gauge("process_resident_memory_bytes", "Memory that the process occupies.", Map.of(),
                            Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024));
        } catch (IOException e) {
            throw new IllegalStateException("the system does not tell the size of the process: " + e.getMessage(), e);
        }
    }
}
