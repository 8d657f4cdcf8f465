package io.stoa.media.plane;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

/** One loop that is driven by hand; its datagrams go to clients in the same thread, or nowhere. */
final class MemoryIo implements PacketIo, PacketLoop, PacketIo.Attachment {
    static final TransportAddress ADDRESS = TransportAddress.of("10.0.0.1", 7_882);

    /** The far end of a flow. */
    interface Client {
        void receive(byte[] datagram);
    }

    private record Arrived(Flow flow, byte[] bytes) {}

    private final Map<TransportAddress, Client> clients = new HashMap<>();
    private final Map<TransportAddress, Flow> flows = new HashMap<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Queue<Arrived> arrived = new ArrayDeque<>();
    private final DatagramBatch batch = new DatagramBatch(64);
    private LoopHandler handler;
    private long now = System.nanoTime();
    /** Once measuring has begun, what is sent is only counted. */
    boolean measuring;
    long sent;

    void add(TransportAddress address, Client client) {
        clients.put(address, client);
    }

    void arrive(TransportAddress from, byte[] bytes, int offset, int length) {
        arrived.add(new Arrived(flow(Flow.Protocol.UDP, ADDRESS, from), java.util.Arrays.copyOfRange(bytes, offset, offset + length)));
    }

    /** One turn of everything that waits. */
    void turn() {
        now = System.nanoTime();
        for (Runnable task; (task = tasks.poll()) != null; ) task.run();
        for (Arrived next; (next = arrived.poll()) != null; ) {
            batch.add(next.flow, next.bytes, 0, next.bytes.length);
            handler.receive(now, batch);
            batch.clear();
        }
        if (Time.due(handler.nextWake(), now)) handler.wake(now);
    }

    DatagramBatch batch() {
        return batch;
    }

    /** Hands over the batch, which the caller has filled. */
    void deliver() {
        now = System.nanoTime();
        handler.receive(now, batch);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public int loops() {
        return 1;
    }

    @Override
    public Attachment attach(IntFunction<LoopHandler> handlers) {
        handler = handlers.apply(0);
        handler.attached(this);
        return this;
    }

    @Override
    public PacketLoop loop(int index) {
        return this;
    }

    @Override
    public void close() {}

    @Override
    public int index() {
        return 0;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void post(Runnable task) {
        tasks.add(task);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public PortLease lease() {
        return new PortLease() {
            @Override
            public List<LocalEndpoint> endpoints() {
                return List.of(new LocalEndpoint(Flow.Protocol.UDP, ADDRESS));
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return protocol == Flow.Protocol.TCP ? null : flows.computeIfAbsent(remote, r -> new Flow(Flow.Protocol.UDP, ADDRESS, r, this));
    }

    @Override
    public void send(Flow flow, byte[] bytes, int offset, int length) {
        sent++;
        if (!measuring) clients.get(flow.remote).receive(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void close(Flow flow) {
        flows.remove(flow.remote);
    }
}
