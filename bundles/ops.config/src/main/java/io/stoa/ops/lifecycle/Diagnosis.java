package io.stoa.ops.lifecycle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** What Declarative Services know about our components, in words. */
record Diagnosis(ServiceComponentRuntime runtime) {
    private static final int REASON_LINES = 3;
    private static final String WRAPPING = "java.lang.reflect.InvocationTargetException";
    private static final String CONSEQUENCE = "Unable to get service for reference";

    /** One component of one bundle. */
    record Part(ComponentDescriptionDTO description, Collection<ComponentConfigurationDTO> configurations) {
        String name() {
            return description.name;
        }

        boolean failed() {
            return configurations.stream().anyMatch(one -> one.state == ComponentConfigurationDTO.FAILED_ACTIVATION);
        }

        boolean waiting() {
            return configurations.isEmpty() || configurations.stream().anyMatch(one -> one.state < ComponentConfigurationDTO.SATISFIED);
        }

        String state() {
            if (failed()) return "FAILED";
            if (waiting()) return "WAITING";
            return configurations.stream().anyMatch(one -> one.state == ComponentConfigurationDTO.ACTIVE) ? "ACTIVE" : "SATISFIED";
        }

        /** What it threw, without the trace. */
        String failure() {
            String trace = configurations.stream().map(one -> one.failure).filter(text -> text != null && !text.isBlank()).findFirst().orElse("");
            return cause(trace);
        }
    }

    List<Part> parts() {
        return runtime.getComponentDescriptionDTOs().stream()
                .filter(description -> description.bundle.symbolicName.startsWith("io.stoa."))
                .map(description -> new Part(description, runtime.getComponentConfigurationDTOs(description)))
                .sorted(Comparator.comparing(Part::name))
                .toList();
    }

    /** What failed, empty if nothing did; not what only follows from another failure. */
    String failures() {
        List<Part> failed = parts().stream().filter(Part::failed).toList();
        List<Part> roots = failed.stream().filter(part -> !part.failure().startsWith(CONSEQUENCE)).toList();
        return (roots.isEmpty() ? failed : roots).stream()
                .map(part -> plain(part.name()) + " (bundle " + part.description().bundle.symbolicName + "):\n  " + part.failure().replace("\n", "\n  "))
                .collect(Collectors.joining("\n"));
    }

    /** Who waits for what, empty if nobody waits. */
    String waiting() {
        List<Part> parts = parts();
        return parts.stream().filter(Part::waiting).flatMap(part -> reasons(part, parts).map(reason -> plain(part.name()) + " waits for " + reason))
                .collect(Collectors.joining("\n"));
    }

    Stream<String> reasons(Part part, List<Part> all) {
        if (part.configurations().isEmpty()) return Stream.of("configuration " + String.join(", ", part.description().configurationPid));
        return part.configurations().stream().flatMap(one -> one.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION
                ? Stream.of("configuration " + String.join(", ", part.description().configurationPid))
                : Arrays.stream(one.unsatisfiedReferences).map(missing -> service(part, missing, all)));
    }

    private static String service(Part part, UnsatisfiedReferenceDTO missing, List<Part> all) {
        Optional<ReferenceDTO> reference = Arrays.stream(part.description().references).filter(one -> one.name.equals(missing.name)).findFirst();
        String type = reference.map(one -> one.interfaceName).orElse(missing.name);
        List<String> providers = all.stream()
                .filter(other -> Arrays.asList(other.description().serviceInterfaces).contains(type))
                .map(other -> plain(other.name()) + " of bundle " + other.description().bundle.symbolicName + " (" + other.state().toLowerCase(java.util.Locale.ROOT) + ")")
                .toList();
        String filter = missing.target == null || missing.target.isEmpty() ? "" : " " + missing.target;
        return "service " + type + filter + ", which " + (providers.isEmpty() ? "no bundle here offers" : "is offered by " + String.join(", ", providers));
    }

    private static String plain(String component) {
        return component.substring(component.lastIndexOf('.') + 1);
    }

    /**
     * What the component itself threw, from a stack trace: the first cause that is not the framework's wrapping. Continuation lines of the
     * message are kept.
     */
    static String cause(String trace) {
        List<String> lines = new ArrayList<>();
        boolean taking = false;
        for (String line : trace.lines().toList()) {
            if (line.startsWith("\tat ") || line.startsWith("\t... ")) {
                taking = false;
            } else if (lines.isEmpty() || line.startsWith("Caused by: ") && lines.getFirst().startsWith(WRAPPING)) {
                lines.clear();
                lines.add(line.replaceFirst("^Caused by: ", ""));
                taking = true;
            } else if (taking) {
                lines.add(line);
            }
        }
        if (!lines.isEmpty()) lines.set(0, lines.getFirst().replaceFirst("^[\\w.$]+(Exception|Error): ", ""));
        return String.join("\n", lines.subList(0, Math.min(lines.size(), 4 * REASON_LINES)));
    }
}
