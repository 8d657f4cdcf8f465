package io.stoa.rpc.psrpc;

import io.stoa.cluster.MessageBus.Subscriber;
import io.stoa.rpc.RpcException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where answers and claims come, for each service that was ever called. */
final class ReplyChannels {
    private final BusOfTheDay bus;
    private final String clientId;
    private final Subscriber responses;
    private final Subscriber claims;
    private final Map<String, Service> services = new ConcurrentHashMap<>();

    ReplyChannels(BusOfTheDay bus, String clientId, Subscriber responses, Subscriber claims) {
        this.bus = bus;
        this.clientId = clientId;
        this.responses = responses;
        this.claims = claims;
    }

    String clientId() {
        return clientId;
    }

    /** Returns when an answer could not be missed. @throws RpcException {@code unavailable} */
    void require(String service) throws RpcException {
        services.computeIfAbsent(service, Service::new).require();
    }

    void close() {
        services.values().forEach(Service::close);
    }

    private final class Service {
        private final String name;
        private List<BusOfTheDay.Held> held = List.of();

        Service(String name) {
            this.name = name;
        }

        private synchronized void require() throws RpcException {
            if (held.isEmpty())
                held = List.of(
                        bus.hold(Channels.response(name, clientId), false, responses),
                        bus.hold(Channels.claim(name, clientId), false, claims));
            for (BusOfTheDay.Held one : held) one.require();
        }

        synchronized void close() {
            held.forEach(BusOfTheDay.Held::close);
        }
    }
}
