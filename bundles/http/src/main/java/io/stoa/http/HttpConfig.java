package io.stoa.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code port}, {@code bind_addresses} and {@code limit.max_api_request_body_size}. */
@ObjectClassDefinition(name = "Stoa HTTP")
public @interface HttpConfig {
    int port() default 7880;

    @AttributeDefinition(description = "empty = all interfaces")
    String[] bindAddresses() default {};

    @AttributeDefinition(description = "bytes; 0 = unlimited")
    long maxApiRequestBodySize() default 10 << 20;
}
