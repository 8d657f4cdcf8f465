package io.stoa.cluster.local;

import com.google.gson.Gson;
import com.google.gson.JsonSyntaxException;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.NodeSelector;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeStats;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/** LiveKit's ways of selection (spec 7.3): which nodes come into question, and which of them is taken. */
@Component(service = NodeSelector.class, configurationPid = "io.stoa.node_selector", property = "service.ranking:Integer=-2147483648")
public final class ConfiguredNodeSelector implements NodeSelector {
    private static final double EARTH_KILOMETRES = 6371;

    /** Degrees. */
    private record Region(String name, double lat, double lon) {}

    private record Rules(String kind, String sortBy, boolean twoChoices, double cpuLoad, double sysload, Map<String, Region> regions) {}

    private final NodeRegistry nodes;
    private volatile Rules rules;

    @Activate
    public ConfiguredNodeSelector(@Reference NodeRegistry nodes, SelectorConfig config) {
        this.nodes = nodes;
        rules = rules(config);
    }

    @Modified
    void configure(SelectorConfig changed) {
        rules = rules(changed);
    }

    private static Rules rules(SelectorConfig config) {
        Map<String, Region> regions = new HashMap<>();
        for (String json : config.regions()) {
            try {
                Region region = new Gson().fromJson(json, Region.class);
                regions.put(region.name, region);
            } catch (JsonSyntaxException e) {
                throw new IllegalArgumentException("node_selector.regions: " + json + " is not allowed; allowed: name, lat and lon", e);
            }
        }
        return new Rules(config.kind(), config.sortBy(), config.algorithm().equals("twochoice"), config.cpuLoadLimit(), config.sysloadLimit(), regions);
    }

    @Override
    public Node select(List<Node> all) throws ClusterException {
        Rules now = rules;
        return best(now, candidates(now, all), ThreadLocalRandom.current());
    }

    private List<Node> candidates(Rules now, List<Node> all) throws ClusterException {
        return switch (now.kind) {
            case "sysload" -> preferred(all, node -> systemLoad(node.getStats()) < now.sysload);
            case "cpuload" -> preferred(all, node -> node.getStats().getCpuLoad() < now.cpuLoad);
            case "regionaware" -> nearest(now, preferred(all, node -> systemLoad(node.getStats()) < now.sysload));
            default -> all;
        };
    }

    /** If none is, all of them: a busy node is better than none. */
    private static List<Node> preferred(List<Node> all, Predicate<Node> fit) {
        List<Node> some = all.stream().filter(fit).toList();
        return some.isEmpty() ? all : some;
    }

    private static double systemLoad(NodeStats stats) {
        return stats.getNumCpus() == 0 ? stats.getLoadAvgLast1Min() : stats.getLoadAvgLast1Min() / stats.getNumCpus();
    }

    /** Those of the region that is nearest to this node's; of regions that are not configured nobody knows how far they are. */
    private List<Node> nearest(Rules now, List<Node> some) throws ClusterException {
        String mine = nodes.local().getRegion();
        Region here = now.regions.get(mine);
        if (here == null) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "the region of this node (region: \"" + mine + "\") is not in node_selector.regions");
        double shortest = Double.MAX_VALUE;
        for (Node node : some) shortest = Math.min(shortest, distance(here, now.regions.get(node.getRegion())));
        double least = shortest;
        return shortest == Double.MAX_VALUE ? some : some.stream().filter(node -> distance(here, now.regions.get(node.getRegion())) == least).toList();
    }

    /** Along the great circle, by the haversine formula. */
    private static double distance(Region from, Region to) {
        if (to == null) return Double.MAX_VALUE;
        double lat = Math.toRadians(to.lat - from.lat);
        double lon = Math.toRadians(to.lon - from.lon);
        double a = square(Math.sin(lat / 2)) + Math.cos(Math.toRadians(from.lat)) * Math.cos(Math.toRadians(to.lat)) * square(Math.sin(lon / 2));
        return 2 * EARTH_KILOMETRES * Math.asin(Math.min(1, Math.sqrt(a)));
    }

    private static double square(double x) {
        return x * x;
    }

    private static Node best(Rules now, List<Node> some, RandomGenerator random) {
        if (now.sortBy.equals("random")) return some.get(random.nextInt(some.size()));
        Comparator<Node> order = Comparator.comparingDouble(measure(now.sortBy));
        if (!now.twoChoices || some.size() < 2) return some.stream().min(order).orElseThrow();
        int first = random.nextInt(some.size());
        int second = (first + 1 + random.nextInt(some.size() - 1)) % some.size();
        return order.compare(some.get(first), some.get(second)) <= 0 ? some.get(first) : some.get(second);
    }

    @SuppressWarnings("deprecation")
    private static ToDoubleFunction<Node> measure(String sortBy) {
        return switch (sortBy) {
            case "sysload" -> node -> systemLoad(node.getStats());
            case "cpuload" -> node -> node.getStats().getCpuLoad();
            case "rooms" -> node -> node.getStats().getNumRooms();
            case "clients" -> node -> node.getStats().getNumClients();
            case "tracks" -> node -> node.getStats().getNumTracksIn() + node.getStats().getNumTracksOut();
            case "bytespersec" -> node -> node.getStats().getBytesInPerSec() + node.getStats().getBytesOutPerSec();
            default -> throw new IllegalArgumentException("node_selector.sort_by: " + sortBy);
        };
    }
}
