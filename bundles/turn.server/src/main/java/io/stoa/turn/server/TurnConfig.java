package io.stoa.turn.server;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code turn.*} keys in camel case. */
@ObjectClassDefinition(name = "Stoa TURN", description = "The embedded TURN server")
public @interface TurnConfig {
    boolean enabled() default false;

    @AttributeDefinition(description = "the name in the certificate, for the TLS URL", required = false)
    String domain() default "";

    @AttributeDefinition(description = "PEM, the server's first", required = false)
    String certFile() default "";

    @AttributeDefinition(description = "PEM", required = false)
    String keyFile() default "";

    @AttributeDefinition(description = "0 = none")
    int tlsPort() default 0;

    @AttributeDefinition(description = "0 = none")
    int udpPort() default 0;

    int relayRangeStart() default 30_000;

    int relayRangeEnd() default 40_000;

    @AttributeDefinition(description = "TCP on the TLS port: a load balancer does TLS")
    boolean externalTls() default false;

    String[] bindAddresses() default {"0.0.0.0"};

    @AttributeDefinition(description = "relay ports of one participant; 0 or less = no limit")
    int perUserRelayAllocationLimit() default 12;

    @AttributeDefinition(description = "how long a client may use its credentials to begin; 0 or less = 300")
    int ttlSeconds() default 300;

    @AttributeDefinition(description = "private and other restricted address blocks (CIDR) to which is relayed all the same", required = false)
    String[] allowRestrictedPeerCidrs() default {};

    @AttributeDefinition(description = "address blocks (CIDR) to which is never relayed", required = false)
    String[] denyPeerCidrs() default {};
}
