package io.stoa.rpc.psrpc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code psrpc.*} keys in camel case. */
@ObjectClassDefinition(name = "Stoa psrpc", description = "Calls between nodes and workers")
public @interface PsrpcConfig {
    @AttributeDefinition(description = "of one call, while nobody answers")
    int maxAttempts() default 3;

    @AttributeDefinition(description = "milliseconds, of the first attempt; 0 = 3000")
    long timeout() default 3_000;

    @AttributeDefinition(description = "milliseconds that each further attempt has more")
    long backoff() default 2_000;

    @AttributeDefinition(description = "messages of a stream or call that wait for somebody")
    int bufferSize() default 1_000;
}
