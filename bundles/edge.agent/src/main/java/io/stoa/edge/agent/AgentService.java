package io.stoa.edge.agent;

import io.stoa.agent.AgentServer;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The route {@code /agent}, and the agent server of the moment. */
@Component(service = HttpRoute.class, immediate = true, configurationPid = "io.stoa.limit")
@Designate(ocd = LimitConfig.class)
public final class AgentService implements HttpRoute {
    private static final long PING_SECONDS = 10;
    /** How long workers wait for the next agent server. */
    private static final long PATIENCE_SECONDS = 10;

    private final AgentDoor door;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("agent-ping").factory());
    private final AtomicInteger absences = new AtomicInteger();
    private volatile LimitConfig limits;

    @Activate
    public AgentService(LimitConfig config) {
        limits = config;
        door = new AgentDoor(() -> limits.agentSignalMessageSizeLimit());
        clock.scheduleAtFixedRate(door::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
    }

    @Modified
    void modified(LimitConfig changed) {
        limits = changed;
    }

    /** The next one is bound before the last one is unbound, if both are there. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindServer(AgentServer next) {
        absences.incrementAndGet();
        door.follow(next);
    }

    void unbindServer(AgentServer gone) {
        if (!door.serves(gone)) return;
        door.follow(null);
        int absence = absences.incrementAndGet();
        if (clock.isShutdown()) return;
        clock.schedule(() -> {
            if (absences.get() == absence) door.abandon();
        }, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public String path() {
        return "/agent";
    }

    @Override
    public void handle(HttpExchange exchange) {
        door.connect(exchange);
    }

    @Deactivate
    void deactivate() {
        clock.shutdownNow();
        door.close();
    }
}
