package io.stoa.ops.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Whether a plug-in could do the work, from what Declarative Services say of it. */
class SoundnessTest {
    final Map<ComponentDescriptionDTO, List<ComponentConfigurationDTO>> components = new HashMap<>();
    int state = Bundle.ACTIVE;
    String header = "OSGI-INF/a.xml";

    @Test
    void satisfied_or_active_is_sound() {
        component("a").add(configuration(ComponentConfigurationDTO.SATISFIED));
        assertThat(fault()).isEmpty();
        components.values().iterator().next().add(configuration(ComponentConfigurationDTO.ACTIVE));
        assertThat(fault()).isEmpty();
    }

    @Test
    void a_bundle_without_components_is_sound_once_it_is_active() {
        header = null;
        assertThat(fault()).isEmpty();
        state = Bundle.RESOLVED;
        assertThat(fault()).isEqualTo("it is not active");
    }

    @Test
    void components_that_are_not_read_yet_are_waited_for() {
        header = "OSGI-INF/a.xml, OSGI-INF/b.xml";
        component("a").add(configuration(ComponentConfigurationDTO.ACTIVE));
        assertThat(fault()).isEqualTo("its components are not known yet");
    }

    @Test
    void names_what_is_waited_for() {
        ComponentConfigurationDTO waiting = configuration(ComponentConfigurationDTO.UNSATISFIED_REFERENCE);
        UnsatisfiedReferenceDTO reference = new UnsatisfiedReferenceDTO();
        reference.name = "plane";
        waiting.unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {reference};
        component("a").add(waiting);
        assertThat(fault()).isEqualTo("a waits for [plane]");
    }

    @Test
    void names_a_configuration_that_is_not_there() {
        component("a");
        assertThat(fault()).isEqualTo("a waits for its configuration");
        components.values().iterator().next().add(configuration(ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION));
        assertThat(fault()).isEqualTo("a waits for its configuration");
    }

    @Test
    void names_the_innermost_cause_of_a_failure() {
        ComponentConfigurationDTO failed = configuration(ComponentConfigurationDTO.FAILED_ACTIVATION);
        failed.failure = "java.lang.reflect.InvocationTargetException\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: port 1 is taken\n\tat d.E.f(E.java:2)\n";
        component("a").add(failed);
        assertThat(fault()).isEqualTo("a failed: java.io.IOException: port 1 is taken");
    }

    private String fault() {
        return new Soundness(runtime()).fault(bundle()).orElse("");
    }

    private List<ComponentConfigurationDTO> component(String name) {
        ComponentDescriptionDTO description = new ComponentDescriptionDTO();
        description.name = name;
        List<ComponentConfigurationDTO> configurations = new ArrayList<>();
        components.put(description, configurations);
        return configurations;
    }

    private static ComponentConfigurationDTO configuration(int state) {
        ComponentConfigurationDTO configuration = new ComponentConfigurationDTO();
        configuration.state = state;
        return configuration;
    }

    private Bundle bundle() {
        Dictionary<String, String> headers = new Hashtable<>();
        if (header != null) headers.put("Service-Component", header);
        return (Bundle) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Bundle.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getState" -> state;
                    case "getHeaders" -> headers;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private ServiceComponentRuntime runtime() {
        return (ServiceComponentRuntime) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ServiceComponentRuntime.class}, (proxy, method, arguments) ->
                switch (method.getName()) {
                    case "getComponentDescriptionDTOs" -> components.keySet();
                    case "getComponentConfigurationDTOs" -> components.get((ComponentDescriptionDTO) arguments[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
