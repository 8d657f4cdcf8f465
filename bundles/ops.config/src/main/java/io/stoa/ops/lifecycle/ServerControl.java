package io.stoa.ops.lifecycle;

import io.stoa.cluster.NodeRegistry;
import io.stoa.ops.config.ServerSettings;
import io.stoa.ops.config.StatusLines;
import io.stoa.room.RoomManager;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The launcher's ear inside the framework: text in, text out, so that launcher and bundles share no classes. */
@Component(service = Function.class, immediate = true, property = "stoa.role=control")
public final class ServerControl implements Function<String, String> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerControl.class);

    private final BundleContext context;
    private final ServerSettings settings;
    private final Diagnosis diagnosis;
    private final Readiness readiness;
    private final StatusFile status;
    private final BundleListener bundles;
    private final Ending ending;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomManager rooms;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile NodeRegistry nodes;

    @Activate
    public ServerControl(
            BundleContext context,
            @Reference(updated = "componentsChanged") ServiceComponentRuntime runtime,
            @Reference ServerSettings settings) {
        this.context = context;
        this.settings = settings;
        diagnosis = new Diagnosis(runtime);
        readiness = new Readiness(settings);
        status = new StatusFile(context, diagnosis, Path.of(Optional.ofNullable(context.getProperty("stoa.run")).orElse("run")));
        bundles = event -> status.changed();
        ending = new Ending(() -> Optional.ofNullable(rooms), () -> Optional.ofNullable(nodes), this::stopFramework);
        context.addBundleListener(bundles);
    }

    @Deactivate
    void deactivate() {
        context.removeBundleListener(bundles);
        status.close();
    }

    /** Declarative Services count their changes in a property of the service. */
    void componentsChanged(ServiceComponentRuntime runtime) {
        status.changed();
    }

    @Override
    public String apply(String command) {
        String[] words = command.split(" ", 2);
        return switch (words[0]) {
            case "failures" -> diagnosis.failures();
            case "waiting" -> diagnosis.waiting();
            case "ready" -> readiness.answers() ? ready() : "";
            case "status" -> status.text();
            case "why" -> String.join("\n", StatusLines.why(status.text().lines().toList(), names(words)));
            case "drain" -> ending.drain();
            case "end" -> {
                ending.begin(words.length > 1 ? "SIG" + words[1] : "asked to", settings.dev());
                yield "ending";
            }
            default -> "unknown command " + words[0];
        };
    }

    private static List<String> names(String[] words) {
        return words.length == 1 ? List.of() : List.of(words[1].split(" "));
    }

    private String ready() {
        double seconds = (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1000.0;
        NodeRegistry registry = nodes;
        String line = String.format(Locale.ROOT, "stoa: ready at %s, node %s, after %.1f s", readiness.url(), registry == null ? "?" : registry.localId(), seconds);
        return line + settings.devKey().map(key -> ", API key devkey, secret secret").orElse("");
    }

    private void stopFramework() {
        try {
            context.getBundle(0).stop();
        } catch (BundleException e) {
            LOG.error("the framework does not stop", e);
        }
    }
}
