package io.stoa.service.agent;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code limit.*} keys that dispatches are checked by, in bytes; 0 = off. */
@ObjectClassDefinition(id = "io.stoa.limit", name = "Limits of dispatches")
public @interface LimitConfig {
    int maxMetadataSize() default 524_288;

    int maxAttributesSize() default 65_536;
}
