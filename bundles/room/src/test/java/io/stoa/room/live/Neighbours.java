package io.stoa.room.live;

import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.rpc.Answer;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcContext;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcHandler;
import io.stoa.rpc.RpcStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What several nodes have in common: who they are, where rooms are, and a bus on which a call is made where it is served, at once. */
final class Neighbours {
    final Map<String, String> routes = new LinkedHashMap<>();
    final Set<String> draining = new HashSet<>();
    /** Requests of these ends never come to an answer. */
    final Set<String> deaf = new HashSet<>();
    /** What was said over the bus. */
    final List<Message> requests = new ArrayList<>();
    boolean losesAnswers;
    /** Events do not arrive. */
    boolean losesEvents;
    boolean claimsFail;
    private final List<String> ids = new ArrayList<>();
    private final Map<String, RpcHandler<?, ?>> served = new LinkedHashMap<>();
    private final Map<String, Consumer<?>> listening = new LinkedHashMap<>();

    NodeRegistry registry(String id) {
        if (!ids.contains(id)) ids.add(id);
        return new NodeRegistry() {
            @Override
            public Node local() {
                return node(id);
            }

            @Override
            public String localId() {
                return id;
            }

            @Override
            public List<Node> nodes() {
                return ids.stream().map(Neighbours.this::node).toList();
            }

            @Override
            public void drain() {
                draining.add(id);
            }

            @Override
            public boolean draining() {
                return draining.contains(id);
            }
        };
    }

    private Node node(String id) {
        return Node.newBuilder().setId(id).setRegion("moon").setState(draining.contains(id) ? NodeState.SHUTTING_DOWN : NodeState.SERVING).build();
    }

    Router router() {
        return new Router() {
            @Override
            public Optional<String> nodeOf(String roomName) {
                return Optional.ofNullable(routes.get(roomName));
            }

            @Override
            public void assign(String roomName, String nodeId) {
                routes.put(roomName, nodeId);
            }

            @Override
            public String claim(String roomName, String before, String nodeId) {
                String now = routes.getOrDefault(roomName, "");
                if (claimsFail || !now.isEmpty() && !now.equals(before)) return now;
                routes.put(roomName, nodeId);
                return nodeId;
            }

            @Override
            public void clear(String roomName, String nodeId) {
                routes.remove(roomName, nodeId);
            }
        };
    }

    RpcBus bus() {
        return new RpcBus() {
            @Override
            public CallOptions defaults() {
                return CallOptions.within(Duration.ofSeconds(3));
            }

            @Override
            @SuppressWarnings("unchecked")
            public <Q extends Message, A extends Message> A call(RpcAddress<Q, A> at, Q request, CallOptions options) throws RpcException {
                requests.add(request);
                RpcHandler<Q, A> handler = (RpcHandler<Q, A>) served.get(at.toString());
                if (handler == null || deaf.contains(at.topic().getFirst())) throw new RpcException(RpcCode.UNAVAILABLE, "no response from servers");
                A answer = handler.handle(request, new RpcContext("test", Map.of(), Long.MAX_VALUE));
                if (losesAnswers) throw new RpcException(RpcCode.DEADLINE_EXCEEDED, "request timed out");
                return answer;
            }

            @Override
            public <Q extends Message, A extends Message> void callAll(RpcAddress<Q, A> at, Q request, CallOptions options, Predicate<Answer<A>> more) {
                throw new UnsupportedOperationException();
            }

            @Override
            public <Q extends Message, A extends Message> RpcStream<Q> open(RpcAddress<Q, A> at, CallOptions options, RpcStream.Listener<A> listener) {
                throw new UnsupportedOperationException();
            }

            @Override
            @SuppressWarnings("unchecked")
            public <E extends Message> void publish(RpcAddress<E, E> at, E event) {
                Consumer<E> listener = (Consumer<E>) listening.get(at.toString());
                requests.add(event);
                if (listener != null && !losesEvents && !deaf.contains(at.topic().getFirst())) listener.accept(event);
            }

            @Override
            public <E extends Message> Subscription listen(RpcAddress<E, E> at, Consumer<E> listener) {
                listening.put(at.toString(), listener);
                return () -> listening.remove(at.toString(), listener);
            }

            @Override
            public <Q extends Message, A extends Message> Subscription serve(RpcAddress<Q, A> at, RpcHandler.Affinity<Q> affinity, RpcHandler<Q, A> handler) {
                served.put(at.toString(), handler);
                return () -> served.remove(at.toString(), handler);
            }

            @Override
            public boolean isServed(RpcAddress<?, ?> at) {
                return served.containsKey(at.toString()) || listening.containsKey(at.toString());
            }

            @Override
            public <Q extends Message, A extends Message> Subscription accept(RpcAddress<Q, A> at, RpcStream.Acceptor<Q, A> acceptor) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
