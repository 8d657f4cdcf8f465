package io.stoa.ops.metrics;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code prometheus.port}, {@code prometheus.username} and {@code bind_addresses}; the password is a secret. */
@ObjectClassDefinition(name = "Stoa metrics")
public @interface MetricsConfig {
    @AttributeDefinition(description = "0 = no metrics")
    int prometheusPort() default 0;

    @AttributeDefinition(description = "asked for with the password, if there is one")
    String prometheusUsername() default "";

    @AttributeDefinition(description = "empty = all interfaces")
    String[] bindAddresses() default {};
}
