package io.stoa.service.ingress;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code ingress.*} keys: where publishers are sent, empty = they know. */
@ObjectClassDefinition(name = "Stoa ingress")
public @interface IngressConfig {
    @AttributeDefinition
    String rtmpBaseUrl() default "";

    String whipBaseUrl() default "";
}
