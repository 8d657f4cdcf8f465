package io.stoa.ops.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.auth.Secrets;
import io.stoa.cluster.NodeRegistry;
import io.stoa.metrics.MetricSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port at which metrics are read. */
@Component(service = {}, immediate = true, configurationPid = {"io.stoa.http", "io.stoa.prometheus"})
public final class MetricsServer {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
    private static final int SCRAPES = 2;

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("metrics-", 0).factory());
    private final Semaphore scrapes = new Semaphore(SCRAPES);
    private final List<MetricSource> own;
    private final BundleSource bundles;
    private final Scrape scrape = new Scrape(this::sources, this::always);
    private volatile String nodeId = "";
    private volatile String username;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<MetricSource> others = List.of();

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeRegistry nodes;

    /** Without one nobody may read. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile Secrets secrets;

    @Activate
    public MetricsServer(BundleContext context, MetricsConfig config) throws IOException {
        this(new BundleSource(context), config);
    }

    /** @param bundles null where there is no framework */
    MetricsServer(BundleSource bundles, MetricsConfig config) throws IOException {
        this.bundles = bundles;
        username = config.prometheusUsername();
        own = bundles == null ? List.of(new ProcessSource()) : List.of(new ProcessSource(), bundles);
        if (config.prometheusPort() != 0) listen(config);
    }

    /** Only a restart changes the port; without this, each change of what else is in its configurations would begin it anew. */
    @Modified
    void modified(MetricsConfig config) {
        username = config.prometheusUsername();
    }

    private void listen(MetricsConfig config) throws IOException {
        try {
            for (String address : config.bindAddresses().length == 0 ? new String[] {""} : config.bindAddresses()) servers.add(server(address, config.prometheusPort()));
        } catch (IOException e) {
            stop();
            throw new IOException("metrics cannot listen on " + Arrays.toString(config.bindAddresses()) + " port " + config.prometheusPort()
                    + " (prometheus.port, bind_addresses): " + e.getMessage(), e);
        }
        servers.forEach(HttpServer::start);
        LOG.info("metrics on port {}", config.prometheusPort());
    }

    private HttpServer server(String address, int port) throws IOException {
        InetSocketAddress at = address.isBlank() ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(address), port);
        HttpServer server = HttpServer.create(at, 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        return server;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Secrets current = secrets;
            if (current == null) {
                answer(exchange, 503, "nobody says who may read metrics: bundle ops.config is not active\n");
            } else if (!new Credentials(username, current.secret("prometheus.password")).permit(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"Protected Area\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (!scrapes.tryAcquire()) {
                answer(exchange, 503, "metrics are being read by others\n");
            } else {
                try {
                    Exposition.Format format = Exposition.Format.accepted(exchange.getRequestHeaders().getFirst("Accept"));
                    exchange.getResponseHeaders().set("Content-Type", format.contentType);
                    answer(exchange, 200, scrape.text(format));
                } finally {
                    scrapes.release();
                }
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) exchange.getResponseBody().write(body);
    }

    private List<MetricSource> sources() {
        return Stream.concat(own.stream(), others.stream()).toList();
    }

    private Map<String, String> always() {
        NodeRegistry current = nodes;
        if (current != null) nodeId = current.localId();
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("node_id", nodeId);
        labels.put("node_type", "SERVER");
        return labels;
    }

    /** Where it listens, for tests. */
    int port() {
        return servers.getFirst().getAddress().getPort();
    }

    @Deactivate
    void stop() {
        servers.forEach(server -> server.stop(0));
        executor.shutdown();
        if (bundles != null) bundles.close();
    }
}
