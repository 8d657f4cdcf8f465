package io.stoa.ops.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys {@code store.*}. */
@ObjectClassDefinition(name = "Stoa stores", description = "Which store has the durable records")
public @interface StoreConfig {
    @AttributeDefinition(description = "memory, file, redis, or what another provider calls itself")
    String kind() default "file";

    @AttributeDefinition(description = "begin without the records of the store before, where that is not there")
    boolean emptyStart() default false;
}
