package io.stoa.ops.metrics;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code prometheus.port} and {@code bind_addresses}. */
@ObjectClassDefinition(name = "Stoa metrics")
public @interface MetricsConfig {
    @AttributeDefinition(description = "0 = no metrics")
    int prometheusPort() default 0;

    @AttributeDefinition(description = "empty = all interfaces")
    String[] bindAddresses() default {};
}
