package io.stoa.turn;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.turn.TurnSettings.RelayAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/** All allocations, the ports that they have, are opening or have reserved, and who has how many. */
final class Allocations {
    private static final long RESERVATION_LIFE = 30 * Time.SECOND;
    private static final int TOKEN = 8;

    private final TurnHandler handler;
    private final RandomGenerator random;
    private final Map<Integer, RelayPorts> ports = new HashMap<>();
    private final Set<Allocation> all = new LinkedHashSet<>();
    private final Map<String, Integer> perUser = new HashMap<>();
    private final Map<String, Reservation> reservations = new LinkedHashMap<>();
    private TurnSettings settings;
    private long nextWake = Time.NEVER;

    private record Reservation(Relay relay, long until) {}

    /** What became of an opening. */
    interface Outcome {
        /** @param token of the reserved port, null if none was asked for */
        void allocated(long now, Opening opening, byte[] token);

        void refused(Opening opening, Refusal refusal);
    }

    Allocations(TurnHandler handler, RandomGenerator random, TurnSettings settings) {
        this.handler = handler;
        this.random = random;
        this.settings = settings;
    }

    void settings(TurnSettings changed) {
        settings = changed;
        for (Allocation allocation : all) allocation.revoke(changed.rules());
    }

    int size() {
        return all.size();
    }

    boolean mayHaveMore(String user) {
        return settings.quota() <= 0 || perUser.getOrDefault(user, 0) < settings.quota();
    }

    // -- opening

    void open(long now, Opening opening, Outcome outcome) {
        opening.client.owner = opening;
        perUser.merge(opening.account.user(), 1, Integer::sum);
        tryPort(now, opening, outcome);
    }

    private void tryPort(long now, Opening opening, Outcome outcome) {
        int port = opening.triesLeft-- <= 0
                ? -1
                : ports(opening.address.family()).take(settings.firstPort(), settings.lastPort(), opening.even, opening.pair);
        if (port < 0) {
            refuse(opening, Refusal.INSUFFICIENT_CAPACITY, outcome);
            return;
        }
        opening.relay = relay(opening.address, port);
        opening.reserved = opening.pair ? relay(opening.address, port + 1) : null;
        opening.relay.opening = opening;
        handler.open(opening.relay);
    }

    private static Relay relay(RelayAddress address, int port) {
        return new Relay(TransportAddress.of(address.bind(), port), TransportAddress.of(address.said(), port));
    }

    private RelayPorts ports(int family) {
        return ports.computeIfAbsent(family, any -> new RelayPorts(random));
    }

    private void refuse(Opening opening, Refusal refusal, Outcome outcome) {
        opening.client.owner = null;
        leave(opening.account.user());
        outcome.refused(opening, refusal);
        handler.released(opening.client);
    }

    private void leave(String user) {
        perUser.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
    }

    void opened(long now, Relay relay, Outcome outcome) {
        Opening opening = relay.opening;
        if (relay.isClosed() || opening == null) return; // the client went meanwhile, and the port with it
        relay.opening = null;
        if (opening.reserved != null && relay == opening.relay) {
            opening.reserved.opening = opening;
            handler.open(opening.reserved);
            return;
        }
        allocate(now, opening, opening.reserved == null ? null : reserve(now, opening.reserved), outcome);
    }

    private byte[] reserve(long now, Relay relay) {
        byte[] token = new byte[TOKEN];
        random.nextBytes(token);
        reservations.put(HexFormat.of().formatHex(token), new Reservation(relay, now + RESERVATION_LIFE));
        nextWake = Time.earlier(nextWake, now + RESERVATION_LIFE);
        return token;
    }

    void notOpened(long now, Relay relay, Outcome outcome) {
        Opening opening = relay.opening;
        if (relay.isClosed() || opening == null) return;
        discard(opening, relay);
        tryPort(now, opening, outcome);
    }

    /** Gives the ports of an opening back. */
    private void discard(Opening opening, Relay notOpen) {
        for (Relay relay : opening.reserved == null ? List.of(opening.relay) : List.of(opening.relay, opening.reserved)) {
            relay.opening = null;
            if (relay != notOpen && (relay == opening.relay || notOpen == null)) handler.close(relay);
            relay.closed();
            ports(TurnSettings.family(relay.relayed)).give(relay.relayed.port());
        }
    }

    // -- life

    /** Of a reserved port; null if there is no such reservation. */
    Relay reserved(long now, byte[] token, Opening opening) {
        Reservation reservation = reservations.remove(HexFormat.of().formatHex(token));
        if (reservation == null || reservation.until - now <= 0) {
            if (reservation != null) close(reservation.relay);
            return null;
        }
        return opening.relay = reservation.relay;
    }

    /** With a port that is open already. */
    void take(long now, Opening opening, Outcome outcome) {
        perUser.merge(opening.account.user(), 1, Integer::sum);
        allocate(now, opening, null, outcome);
    }

    private void allocate(long now, Opening opening, byte[] token, Outcome outcome) {
        Allocation allocation = new Allocation(opening.client, opening.relay, opening.username, opening.account);
        opening.relay.allocation = allocation;
        opening.client.owner = allocation;
        all.add(allocation);
        extend(allocation, now + opening.lifetimeNanos);
        outcome.allocated(now, opening, token);
    }

    void extend(Allocation allocation, long until) {
        allocation.expiresAt = until;
        nextWake = Time.earlier(nextWake, until);
    }

    void remove(Allocation allocation) {
        if (!all.remove(allocation)) return;
        leave(allocation.account.user());
        allocation.client.owner = null;
        close(allocation.relay);
        handler.released(allocation.client);
    }

    /** Its connection is gone. */
    void clientGone(Flow client) {
        if (client.owner instanceof Allocation allocation) {
            remove(allocation);
        } else if (client.owner instanceof Opening opening) {
            client.owner = null;
            leave(opening.account.user());
            discard(opening, null);
            handler.released(client);
        }
    }

    private void close(Relay relay) {
        relay.closed();
        ports(TurnSettings.family(relay.relayed)).give(relay.relayed.port());
        handler.close(relay);
    }

    void wake(long now) {
        nextWake = Time.NEVER;
        for (Allocation allocation : List.copyOf(all)) {
            if (allocation.expiresAt - now <= 0) remove(allocation);
            else nextWake = Time.earlier(nextWake, allocation.expiresAt);
        }
        for (var entry : new ArrayList<>(reservations.entrySet())) {
            if (entry.getValue().until - now > 0) {
                nextWake = Time.earlier(nextWake, entry.getValue().until);
                continue;
            }
            reservations.remove(entry.getKey());
            close(entry.getValue().relay);
        }
    }

    long nextWake() {
        return nextWake;
    }

    void closeAll() {
        for (Allocation allocation : List.copyOf(all)) remove(allocation);
        for (Reservation reservation : reservations.values()) close(reservation.relay);
        reservations.clear();
        nextWake = Time.NEVER;
    }
}
