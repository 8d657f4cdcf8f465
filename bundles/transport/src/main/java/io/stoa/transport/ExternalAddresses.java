package io.stoa.transport;

import io.stoa.base.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the machine's addresses are seen from outside. All are asked for at the same time, each on a thread of its own, and whoever asks
 * waits for the answers: for the first one so long, for others a second more.
 */
final class ExternalAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(ExternalAddresses.class);
    /** Less than the 5 s for which Declarative Services let others wait for a component that is being activated. */
    static final long PATIENCE = 4 * Time.SECOND;
    private static final long PATIENCE_FOR_OTHERS = Time.SECOND;

    private final StunServerList servers;
    private final List<Integer> ports;
    private final boolean validated;
    private final Map<InetAddress, InetAddress> seen = new ConcurrentHashMap<>();

    private record Found(InetAddress local, Optional<InetAddress> external) {}

    /** @param ports from one of which every address asks, and by which it must be reached; the next one if one is taken */
    ExternalAddresses(StunServerList servers, List<Integer> ports, boolean validated) {
        this.servers = servers;
        this.ports = ports;
        this.validated = validated;
    }

    /** By local address, in their order; an external address stands for one local address only, the first. */
    Map<InetAddress, InetAddress> of(Collection<InetAddress> locals, long patienceNanos) {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            servers.resolve(threads);
            return once(locals, answers(locals, threads, patienceNanos));
        } finally {
            threads.shutdownNow(); // whoever still waits for an answer gives up
        }
    }

    /** What a server has said, although it may not have led back here. */
    Map<InetAddress, InetAddress> seen() {
        return Map.copyOf(seen);
    }

    private Map<InetAddress, InetAddress> answers(Collection<InetAddress> locals, ExecutorService threads, long patienceNanos) {
        var asking = new ExecutorCompletionService<Found>(threads);
        for (InetAddress local : locals) asking.submit(() -> new Found(local, ask(local, System.nanoTime() + patienceNanos)));
        Map<InetAddress, InetAddress> answers = new LinkedHashMap<>();
        long until = System.nanoTime() + patienceNanos;
        for (int asked = locals.size(); asked > 0; asked--) {
            Optional<Found> found = next(asking, until - System.nanoTime());
            if (found.isEmpty()) break;
            if (found.get().external().isPresent() && answers.isEmpty()) until = System.nanoTime() + PATIENCE_FOR_OTHERS;
            found.get().external().ifPresent(external -> answers.put(found.get().local(), external));
        }
        return answers;
    }

    private static Optional<Found> next(ExecutorCompletionService<Found> asking, long nanos) {
        try {
            Future<Found> done = asking.poll(nanos, TimeUnit.NANOSECONDS);
            return done == null ? Optional.empty() : Optional.of(done.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("external addresses cannot be asked for", e.getCause());
        }
    }

    private Optional<InetAddress> ask(InetAddress local, long until) {
        try (StunQuery query = StunQuery.from(local, ports)) {
            Optional<InetAddress> external = query.ask(servers, until);
            external.ifPresent(address -> seen.put(local, address));
            if (external.isEmpty()) LOG.info("no STUN server has said how {} is seen from outside", local.getHostAddress());
            if (external.isEmpty() || !validated || external.get().equals(local) || query.leadsBack(external.get(), until)) return external;
            LOG.warn("{} is seen from outside as {}, but what is sent there does not come back to port {}; rtc.skip_external_ip_validation takes it for good",
                    local.getHostAddress(), external.get().getHostAddress(), query.port());
        } catch (IOException e) {
            if (!Thread.currentThread().isInterrupted()) LOG.info("how {} is seen from outside cannot be asked: {}", local.getHostAddress(), e.getMessage());
        }
        return Optional.empty();
    }

    private static Map<InetAddress, InetAddress> once(Collection<InetAddress> locals, Map<InetAddress, InetAddress> answers) {
        Map<InetAddress, InetAddress> mapped = new LinkedHashMap<>();
        Set<InetAddress> taken = new HashSet<>();
        for (InetAddress local : locals) {
            InetAddress external = answers.get(local);
            if (external == null) continue;
            if (taken.add(external)) mapped.put(local, external);
            else LOG.info("{} is seen from outside as {}, too, which stands for another address", local.getHostAddress(), external.getHostAddress());
        }
        return mapped;
    }
}
