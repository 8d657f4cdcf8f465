package io.stoa.rpc.psrpc;

import com.google.protobuf.Message;
import io.stoa.base.Ids;
import io.stoa.cluster.MessageBus;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.rpc.Answer;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcHandler;
import io.stoa.rpc.RpcMethod.Kind;
import io.stoa.rpc.RpcStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** Both sides of psrpc, over the bus of the day. */
@Component(service = {RpcBus.class, MetricSource.class}, configurationPid = "io.stoa.psrpc")
@Designate(ocd = PsrpcConfig.class)
public final class Psrpc implements RpcBus, MetricSource, AutoCloseable {
    private final BusOfTheDay bus = new BusOfTheDay().start();
    private final RpcDrops drops = new RpcDrops();
    private final RpcMetrics metrics = new RpcMetrics();
    private final Workers workers = new Workers(drops);
    private final Medium medium;
    private final String serverId;
    private final Calls calls;
    private final OpenedStreams opened;
    private volatile CallOptions defaults;

    @Activate
    public Psrpc(PsrpcConfig config) {
        this(new Ids(new SecureRandom()), Psrpc::unixNanos, options(config), config.bufferSize());
    }

    /** @param buffer messages that wait for somebody at most */
    public Psrpc(Ids ids, LongSupplier unixNanos, CallOptions defaults, int buffer) {
        this.defaults = defaults;
        medium = new Medium(bus, ids, unixNanos, drops, metrics, buffer);
        serverId = ids.next("SRV_");
        String clientId = ids.next("CLI_");
        calls = new Calls(medium, clientId);
        opened = new OpenedStreams(medium, clientId);
    }

    private static long unixNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static CallOptions options(PsrpcConfig config) {
        Duration timeout = Duration.ofMillis(config.timeout() > 0 ? config.timeout() : 3_000);
        return new CallOptions(timeout, config.maxAttempts(), Duration.ofMillis(Math.max(0, config.backoff())), Map.of());
    }

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    public void bind(MessageBus next) {
        bus.bind(next);
    }

    public void unbind(MessageBus gone) {
        bus.unbind(gone);
    }

    /** The buffers stay as they are. */
    @Modified
    void modified(PsrpcConfig config) {
        defaults = options(config);
    }

    @Override
    public List<Metric> metrics() {
        List<Metric.Series> dropped = drops.snapshot().entrySet().stream()
                .<Metric.Series>map(one -> new Metric.Value(Map.of("reason", one.getKey().name()), one.getValue()))
                .toList();
        return Stream.concat(
                metrics.all().stream(),
                Stream.of(new Metric("stoa_rpc_drops_total", Metric.Kind.COUNTER, "Messages of the bus that went no further, by reason.", dropped))).toList();
    }

    Map<RpcDrop, Long> drops() {
        return drops.snapshot();
    }

    /** Calls, requests and streams that are under way, and channels that are held for anybody. */
    String underWay() {
        return calls.pending() + " calls, " + workers.busy() + " requests, " + opened.open() + " streams, " + bus.held() + " channels";
    }

    @Override
    public CallOptions defaults() {
        return defaults;
    }

    @Override
    public boolean isServed(RpcAddress<?, ?> at) throws RpcException {
        require(at, Kind.CLAIM, Kind.AFFINITY, Kind.SINGLE, Kind.MULTI);
        return medium.hasSubscribers(Channels.request(at));
    }

    @Override
    public <Q extends Message, A extends Message> A call(RpcAddress<Q, A> at, Q request, CallOptions options) throws RpcException {
        require(at, Kind.CLAIM, Kind.AFFINITY, Kind.SINGLE);
        return calls.one(at, request, options);
    }

    @Override
    public <Q extends Message, A extends Message> void callAll(RpcAddress<Q, A> at, Q request, CallOptions options, Predicate<Answer<A>> more)
            throws RpcException {
        require(at, Kind.MULTI);
        calls.all(at, request, options, more);
    }

    @Override
    public <Q extends Message, A extends Message> RpcStream<Q> open(RpcAddress<Q, A> at, CallOptions options, RpcStream.Listener<A> listener)
            throws RpcException {
        require(at, Kind.STREAM);
        return opened.open(at, options, listener);
    }

    @Override
    public <E extends Message> void publish(RpcAddress<E, E> at, E event) throws RpcException {
        require(at, Kind.EVENT);
        medium.publish(Channels.request(at), event);
    }

    @Override
    public <E extends Message> Subscription listen(RpcAddress<E, E> at, Consumer<E> listener) {
        require(at, Kind.EVENT);
        return bus.hold(Channels.request(at), false, bytes -> Envelope.unwrap(bytes, at.method().answer(), drops).ifPresent(listener));
    }

    @Override
    public <Q extends Message, A extends Message> Subscription serve(RpcAddress<Q, A> at, RpcHandler.Affinity<Q> affinity, RpcHandler<Q, A> handler) {
        require(at, Kind.CLAIM, Kind.AFFINITY, Kind.SINGLE, Kind.MULTI);
        return new ServedMethod<>(medium, at, serverId, workers, affinity, handler);
    }

    @Override
    public <Q extends Message, A extends Message> Subscription accept(RpcAddress<Q, A> at, RpcStream.Acceptor<Q, A> acceptor) {
        require(at, Kind.STREAM);
        return new AcceptedStreams<>(medium, at, workers, defaults.timeout(), acceptor);
    }

    private static void require(RpcAddress<?, ?> at, Kind... kinds) {
        for (Kind kind : kinds) if (at.method().kind() == kind) return;
        throw new IllegalArgumentException(at + " is a method of kind " + at.method().kind());
    }

    @Deactivate
    @Override
    public void close() {
        opened.close();
        calls.close();
        bus.close();
    }
}
