package io.stoa.ops.health;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.stoa.health.HealthCheck;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code /healthz} and {@code /readyz}. */
@Component(service = {}, immediate = true)
public final class HealthRoutes {
    private static final long PATIENCE_MILLIS = 1_000;
    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("health-", 0).factory());
    private final Health health = new Health(() -> this.checks, executor, System::nanoTime, PATIENCE_MILLIS);
    private List<ServiceRegistration<HttpRoute>> routes = List.of();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<HealthCheck> checks = List.of();

    /** The checks that there are have been bound. */
    @Activate
    void open(BundleContext context) {
        routes = List.of(
                context.registerService(HttpRoute.class, new Route("/healthz", this), null),
                context.registerService(HttpRoute.class, new Route("/readyz", this), null));
    }

    /** Of what is ready all must live, too. */
    record Route(String path, HealthRoutes owner) implements HttpRoute {
        @Override
        public void handle(HttpExchange exchange) {
            owner.answer(exchange, path.equals("/readyz"));
        }
    }

    void answer(HttpExchange exchange, boolean ready) {
        List<Finding> asked = health.findings().stream().filter(one -> ready || one.kind() == Kind.LIVE).toList();
        boolean well = asked.stream().allMatch(Finding::well);
        exchange.header("Cache-Control", "no-store");
        exchange.respond(well ? 200 : 503, "application/json", (JSON.toJson(json(asked, well)) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject json(List<Finding> findings, boolean well) {
        JsonObject answer = new JsonObject();
        answer.addProperty("status", well ? "ok" : "unavailable");
        JsonArray all = new JsonArray();
        for (Finding finding : findings) {
            JsonObject one = new JsonObject();
            one.addProperty("part", finding.part());
            one.addProperty("status", finding.well() ? "ok" : "unavailable");
            one.addProperty("message", finding.words());
            all.add(one);
        }
        answer.add("checks", all);
        return answer;
    }

    @Deactivate
    void stop() {
        routes.forEach(ServiceRegistration::unregister);
        executor.shutdownNow();
    }
}
