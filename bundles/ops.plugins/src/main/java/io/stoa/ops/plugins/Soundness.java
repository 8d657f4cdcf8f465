package io.stoa.ops.plugins;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Whether a bundle's components do, or could do, their work. */
record Soundness(ServiceComponentRuntime runtime) {
    /** What is wrong with it now; empty if nothing. */
    Optional<String> fault(Bundle bundle) {
        if (!Bundles.isActive(bundle)) return Optional.of("it is not active");
        Collection<ComponentDescriptionDTO> components = runtime.getComponentDescriptionDTOs(bundle);
        if (components.size() < declared(bundle)) return Optional.of("its components are not known yet");
        return components.stream().map(this::fault).flatMap(Optional::stream).findFirst();
    }

    /** Declarative Services read a bundle's components a moment after it has started. */
    private static int declared(Bundle bundle) {
        String header = bundle.getHeaders("").get("Service-Component");
        return header == null || header.isBlank() ? 0 : header.split(",").length;
    }

    private Optional<String> fault(ComponentDescriptionDTO description) {
        Collection<ComponentConfigurationDTO> all = runtime.getComponentConfigurationDTOs(description);
        if (all.isEmpty()) return Optional.of(description.name + " waits for its configuration");
        Optional<String> failing = all.stream().filter(Soundness::fails).findFirst().map(one -> description.name + " " + reason(one));
        return failing.or(() -> all.stream().filter(one -> description.immediate && one.state != ComponentConfigurationDTO.ACTIVE).findFirst()
                .map(one -> description.name + " is not activated: the log may say why"));
    }

    private static boolean fails(ComponentConfigurationDTO one) {
        return one.state != ComponentConfigurationDTO.SATISFIED && one.state != ComponentConfigurationDTO.ACTIVE;
    }

    private static String reason(ComponentConfigurationDTO one) {
        if (one.state == ComponentConfigurationDTO.FAILED_ACTIVATION) return "failed: " + cause(String.valueOf(one.failure));
        if (one.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION) return "waits for its configuration";
        return "waits for " + Arrays.stream(one.unsatisfiedReferences).map(reference -> reference.name).toList();
    }

    private static String cause(String trace) {
        return trace.lines().filter(line -> line.startsWith("Caused by: ")).reduce((first, last) -> last)
                .map(line -> line.substring("Caused by: ".length()))
                .orElseGet(() -> trace.lines().findFirst().orElse(""));
    }
}
