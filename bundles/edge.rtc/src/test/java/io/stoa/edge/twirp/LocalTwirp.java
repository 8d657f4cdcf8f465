package io.stoa.edge.twirp;

import io.stoa.http.HttpRoute;
import io.stoa.rpc.RpcEndpoint;
import java.util.Map;

/** The Twirp route with some services, without a framework. Lives in its package because that is where services are plugged in. */
public final class LocalTwirp {
    private LocalTwirp() {}

    public static HttpRoute of(RpcEndpoint... endpoints) {
        TwirpRoute route = new TwirpRoute();
        for (RpcEndpoint endpoint : endpoints) route.addEndpoint(endpoint, Map.of("service.id", 1L));
        return route;
    }
}
