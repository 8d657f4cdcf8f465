package io.stoa.ops.plugins;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's commands about parts. Gogo finds them by their names. */
@Component(
        service = SwapCommands.class,
        property = {
            "osgi.command.scope=stoa",
            "osgi.command.function=bundles",
            "osgi.command.function=swap",
            "osgi.command.function=stop",
            "osgi.command.function=start"
        })
public final class SwapCommands {
    private final BundleContext context;
    private final PluginsFolder folder;

    @Activate
    public SwapCommands(BundleContext context, @Reference PluginsFolder folder) {
        this.context = context;
        this.folder = folder;
    }

    public String swap(String... words) throws IOException, InterruptedException {
        return folder.swaps().swap(words);
    }

    public String stop(String... words) throws BundleException {
        return folder.stops().stop(words);
    }

    public String start(String... words) throws BundleException, InterruptedException {
        return folder.stops().start(words);
    }

    /** Ours, and what was put into the plug-ins folder. */
    public String bundles(String... words) {
        boolean json = words.length == 1 && words[0].equals("--json");
        if (words.length > 0 && !json) throw new IllegalArgumentException("usage: bundles [--json]");
        List<Part> parts = Stream.of(context.getBundles())
                .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("io.stoa.") || folder.isPlugin(bundle))
                .sorted(Comparator.comparing(Bundle::getSymbolicName).thenComparing(Bundle::getVersion))
                .map(bundle -> new Part(bundle.getSymbolicName(), bundle.getVersion().toString(), state(bundle), folder.isPlugin(bundle) ? "plug-in" : "shipped",
                        Manner.of(bundle)))
                .toList();
        return json ? parts.stream().map(Part::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]")) : table(parts);
    }

    private record Part(String name, String version, String state, String origin, Manner manner) {
        List<String> columns() {
            return List.of(name, version, state, origin, manner.words());
        }

        /** Names and versions of bundles need no escapes. */
        String json() {
            return "{\"name\": \"%s\", \"version\": \"%s\", \"state\": \"%s\", \"origin\": \"%s\", \"swap\": \"%s\"}".formatted(name, version, state, origin, manner);
        }
    }

    private static String table(List<Part> parts) {
        List<List<String>> lines = new ArrayList<>(List.of(List.of("BUNDLE", "VERSION", "STATE", "ORIGIN", "REPLACED")));
        parts.forEach(part -> lines.add(part.columns()));
        int[] widths = new int[5];
        for (List<String> line : lines) for (int i = 0; i < widths.length; i++) widths[i] = Math.max(widths[i], line.get(i).length());
        return lines.stream().map(line -> {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) text.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
            return text.toString().stripTrailing();
        }).collect(Collectors.joining("\n"));
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "ACTIVE";
            case Bundle.STARTING -> "STARTING";
            case Bundle.STOPPING -> "STOPPING";
            case Bundle.RESOLVED -> "RESOLVED";
            default -> "INSTALLED";
        };
    }
}
