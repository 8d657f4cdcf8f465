package io.stoa.rpc;

import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** What a part of this node answers workers and other nodes, for as long as it is there: any of these, whichever node gets the question. */
public final class Answering implements AutoCloseable {
    @ConsumerType
    @FunctionalInterface
    public interface Work<Q extends Message, A extends Message> {
        A run(Q request) throws RpcException, StoreException;
    }

    private final RpcBus bus;
    private final List<Subscription> served = new ArrayList<>();

    public Answering(RpcBus bus) {
        this.bus = bus;
    }

    public <Q extends Message, A extends Message> Answering to(RpcMethod<Q, A> method, Work<Q, A> work) {
        served.add(bus.serve(method.at(), (request, context) -> {
            try {
                return work.run(request);
            } catch (StoreException e) {
                throw RpcException.of(e);
            }
        }));
        return this;
    }

    @Override
    public void close() {
        served.forEach(Subscription::close);
        served.clear();
    }
}
