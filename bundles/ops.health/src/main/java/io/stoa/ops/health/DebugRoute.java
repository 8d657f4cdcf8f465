package io.stoa.ops.health;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.room.RoomManager;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** {@code /debug/rooms}, in development (spec 1.3); else as if it were not there. */
@Component(service = HttpRoute.class, configurationPid = "io.stoa.debug")
@Designate(ocd = DebugConfig.class)
public final class DebugRoute implements HttpRoute {
    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private volatile boolean development;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomManager rooms;

    @Activate
    @Modified
    void configure(DebugConfig config) {
        development = config.development();
    }

    @Override
    public String path() {
        return "/debug/rooms";
    }

    @Override
    public void handle(HttpExchange exchange) {
        RoomManager manager = rooms;
        if (!development) exchange.respond(404, "404 page not found\n");
        else if (manager == null) exchange.respond(503, "no room manager: bundle room is not active\n");
        else exchange.respond(200, "application/json", (JSON.toJson(RoomDump.of(manager.rooms())) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
