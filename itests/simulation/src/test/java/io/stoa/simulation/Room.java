package io.stoa.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.forward.Engines;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPlane;
import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.PeerSpec.Playout;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PeerState;
import io.stoa.media.plane.DrivenPlane;
import io.stoa.srtp.SrtpEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A server's media plane with a forwarding engine, and the clients of one room. */
final class Room implements AutoCloseable {
    final VirtualNet net;
    final HandIo io;
    final DrivenPlane driven;
    final MediaPlane plane;
    List<EnabledCodec> enabledCodecs = List.of();
    /** Whether what clients receive may go on in another codec of its section. */
    boolean changesCodec = true;
    boolean tracksByPackets;
    boolean iceLite;
    /** Whether clients can take audio in RED. */
    boolean red;
    /** How the clients that come now are to play. */
    Playout playout = Playout.AS_IT_COMES;
    ForwardingEngine engine;
    SrtpEngine srtp;
    private final List<Client> clients = new ArrayList<>();
    private final int server;
    /** Of the room that the next clients are in: it decides their loop. */
    private String sid = "RM_simulated";

    Room(VirtualNet net) {
        this(net, 1);
    }

    Room(VirtualNet net, int loops) {
        this(net, loops, 1_000);
    }

    /** @param together connections that share a loop before who receives is spread */
    Room(VirtualNet net, int loops, int together) {
        this(net, loops, together, 1);
    }

    /** A room of another server, with clients of another network. */
    static Room ofServer(VirtualNet net, int number, int loops) {
        return new Room(net, loops, 1_000, number);
    }

    private Room(VirtualNet net, int loops, int together, int server) {
        this.net = net;
        this.server = server;
        io = new HandIo(net, "192.0.2." + server, loops);
        driven = new DrivenPlane(io, net.random.split(), together);
        plane = driven.plane();
        srtp = driven.srtp;
        net.add(new Work());
        start(Engines.named("first"));
    }

    /** The handshakes of the plane. */
    private final class Work implements Station {
        @Override
        public void receive(long now, TransportAddress local, TransportAddress remote, byte[] datagram) {}

        @Override
        public void turn(long now) {}

        @Override
        public long nextWake() {
            return Time.NEVER;
        }

        @Override
        public boolean settle(long now) {
            return false;
        }

        @Override
        public boolean lags(long now) {
            return false;
        }

        @Override
        public boolean quiescent() {
            return driven.quiescent();
        }
    }

    /** The clients that come now are in a room of that loop. */
    Room onLoop(int loop) {
        int number = 0;
        do sid = "RM_" + number++;
        while (Math.floorMod(sid.hashCode(), io.loops()) != loop);
        return this;
    }

    Client client(String name, Role role) {
        TransportAddress address = TransportAddress.of("10.0." + (server - 1) + "." + (clients.size() + 1), 40_000 + clients.size());
        PeerSpec spec = new PeerSpec(sid, "PA_" + name, name, role, enabledCodecs, false, red, false, iceLite, changesCodec, tracksByPackets, playout);
        Client client = new Client(net, name, role, address, listener -> plane.open(spec, listener));
        clients.add(client);
        return client;
    }

    Client publisher(String name) {
        return client(name, Role.PUBLISHER);
    }

    Client subscriber(String name) {
        return client(name, Role.SUBSCRIBER);
    }

    /** One connection for both directions. */
    Client single(String name) {
        return client(name, Role.SINGLE);
    }

    void connected(Client... all) {
        boolean up = net.runUntil(() -> {
            for (Client client : all) if (!client.connected() || client.state() != PeerState.CONNECTED) return false;
            return true;
        }, 20 * Time.SECOND);
        List<String> events = clients.stream().map(client -> client + " " + client.iceState() + " " + client.events).toList();
        assertThat(up).as("%s connect, seed %d; %s", List.of(all), net.seed, events).isTrue();
    }

    // -- the engine

    void start(ForwardingEngine next) {
        engine = next;
        driven.bind(next);
        net.settle();
    }

    /** Side by side: the successor is bound before the predecessor is unbound. */
    void swap(ForwardingEngine next) {
        ForwardingEngine before = engine;
        start(next);
        meanwhile(() -> driven.unbind(before));
    }

    /** The engine goes; media is held. */
    void stop() {
        ForwardingEngine gone = engine;
        engine = null;
        meanwhile(() -> driven.unbind(gone));
    }

    /** Side by side, in the middle of everybody's calls. */
    void protect(SrtpEngine next) {
        SrtpEngine before = srtp;
        srtp = next;
        driven.bind(next);
        net.settle();
        meanwhile(() -> driven.unbind(before));
    }

    // -- what waits for the loops

    private void meanwhile(Runnable work) {
        meanwhile(() -> {
            work.run();
            return null;
        });
    }

    /** Calls that wait until the loops have answered: those go on here. */
    private <T> T meanwhile(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().start(task);
        while (thread.isAlive()) net.settle();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("seed " + net.seed, e);
        }
    }

    PlaneStats stats() {
        return meanwhile(plane::stats);
    }

    long drops(Drop drop) {
        return stats().drops().getOrDefault(drop.name(), 0L);
    }

    @Override
    public void close() {
        clients.forEach(Client::vanish);
        meanwhile(driven::close);
    }
}
