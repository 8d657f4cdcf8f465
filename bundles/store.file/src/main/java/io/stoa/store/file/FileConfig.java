package io.stoa.store.file;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The key {@code store.file.path}. */
@ObjectClassDefinition(name = "Stoa store in a file", description = "Where durable records are kept without Redis")
public @interface FileConfig {
    @AttributeDefinition(description = "in the server's folder for data, if it is not absolute")
    String path() default "store.mv";
}
