package io.stoa.simulation;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketLoop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A media loop whose turns are made by the virtual network. */
final class HandLoop implements PacketLoop, Station {
    private final VirtualNet net;
    private final int index;
    private final TransportAddress address;
    /** Where clients open connections. */
    private final TransportAddress door;
    private final Map<TransportAddress, Flow> flows = new HashMap<>();
    /** By address of a peer that has one of its own: its flows. */
    private final Map<TransportAddress, Map<TransportAddress, Flow>> own = new HashMap<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Queue<Arrival> arrivals = new ArrayDeque<>();
    private final DatagramBatch batch = new DatagramBatch(64);
    private final Link nowhere;
    private LoopHandler handler;
    private long now;
    private int nextOwnPort = 49_152;
    int leases;
    /** It does not get its turn; what comes in the meantime waits. */
    boolean stalled;

    private record Arrival(Flow flow, byte[] bytes) {}

    HandLoop(VirtualNet net, int index, TransportAddress address) {
        this.net = net;
        this.index = index;
        this.address = address;
        door = TransportAddress.of(address.host(), 7_681 + index);
        now = net.now();
        nowhere = net.link();
        net.bind(address, this);
        net.bind(door, this);
    }

    TransportAddress address() {
        return address;
    }

    void attach(LoopHandler attached) {
        now = net.now();
        handler = attached;
        attached.attached(this);
    }

    void detach() {
        handler = null;
        tasks.clear();
        flows.clear();
        own.clear();
    }

    LoopHandler handler() {
        return handler;
    }

    Map<TransportAddress, Flow> flows() {
        return flows;
    }

    /** The way to addresses that are no client's. */
    Link toServers() {
        return nowhere;
    }

    // -- Station

    @Override
    public void receive(long time, TransportAddress local, TransportAddress remote, byte[] datagram) {
        if (handler == null || datagram.length > DatagramBatch.MAX_DATAGRAM) return;
        Flow flow = local.equals(door) ? connection(remote) : flow(Flow.Protocol.UDP, local, remote);
        if (flow == null) return; // its port has been closed
        flow.heardAt = time;
        arrivals.add(new Arrival(flow, datagram));
    }

    @Override
    public void turn(long time) {
        if (stalled) return;
        now = time;
        if (handler == null) return;
        while (!arrivals.isEmpty()) {
            while (!arrivals.isEmpty() && !batch.isFull()) {
                Arrival arrival = arrivals.poll();
                batch.add(arrival.flow, arrival.bytes, 0, arrival.bytes.length);
            }
            handler.receive(now, batch);
            batch.clear();
        }
        if (Time.due(handler.nextWake(), now)) handler.wake(now);
    }

    @Override
    public long nextWake() {
        return handler == null || stalled ? Time.NEVER : handler.nextWake();
    }

    @Override
    public boolean settle(long time) {
        if (stalled) return false;
        now = time;
        boolean any = false;
        for (Runnable task; (task = tasks.poll()) != null; any = true) task.run();
        return any;
    }

    @Override
    public boolean lags(long time) {
        return false;
    }

    @Override
    public boolean quiescent() {
        return stalled || tasks.isEmpty();
    }

    // -- PacketLoop

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return net.driving();
    }

    @Override
    public void post(Runnable task) {
        if (handler != null) tasks.add(task);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public PortLease lease() {
        leases++;
        return new PortLease() {
            @Override
            public List<LocalEndpoint> endpoints() {
                return List.of(new LocalEndpoint(Flow.Protocol.UDP, address), new LocalEndpoint(Flow.Protocol.TCP, door));
            }

            @Override
            public void close() {
                leases--;
            }
        };
    }

    @Override
    public PortLease ownLease() {
        TransportAddress port = TransportAddress.of(address.host(), nextOwnPort++);
        own.put(port, new HashMap<>());
        net.bind(port, this);
        return new PortLease() {
            @Override
            public List<LocalEndpoint> endpoints() {
                return List.of(new LocalEndpoint(Flow.Protocol.UDP, port));
            }

            @Override
            public void close() {
                net.unbind(port);
                own.remove(port);
            }
        };
    }

    /** Of peers that have an address of their own. */
    int ownPorts() {
        return own.size();
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        if (protocol == Flow.Protocol.UDP && own.containsKey(local))
            return own.get(local).computeIfAbsent(remote, to -> new Flow(Flow.Protocol.UDP, local, to, this));
        if (protocol == Flow.Protocol.TCP || !local.equals(address)) return null;
        return flows.computeIfAbsent(remote, to -> new Flow(Flow.Protocol.UDP, address, to, this));
    }

    private Flow connection(TransportAddress remote) {
        return flows.computeIfAbsent(remote, from -> new Flow(Flow.Protocol.TCP, door, from, this));
    }

    @Override
    public void send(Flow flow, byte[] bytes, int offset, int length) {
        Link link = net.at(flow.remote) instanceof Client client ? client.down : nowhere;
        net.send(link, flow.local, flow.remote, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void close(Flow flow) {
        own.getOrDefault(flow.local, flows).remove(flow.remote, flow);
    }
}
