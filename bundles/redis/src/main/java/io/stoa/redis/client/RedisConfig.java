package io.stoa.redis.client;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code redis.*} keys in camel case, without the passwords: those are {@code Secrets}. */
@ObjectClassDefinition(name = "Stoa Redis", description = "Sentinels win over a cluster, a cluster over one address; none of them: no Redis")
public @interface RedisConfig {
    @AttributeDefinition(description = "host:port of one server", required = false)
    String address() default "";

    @AttributeDefinition(required = false)
    String username() default "";

    @AttributeDefinition(description = "number of the database; a cluster has only 0")
    int db() default 0;

    @AttributeDefinition(description = "the same as tls.enabled")
    boolean useTls() default false;

    boolean tls_enabled() default false;

    @AttributeDefinition(description = "whoever answers is taken for Redis")
    boolean tls_insecure() default false;

    @AttributeDefinition(description = "the name in the certificate, where it is not the host", required = false)
    String tls_serverName() default "";

    @AttributeDefinition(description = "PEM; without it, the authorities of the Java runtime", required = false)
    String tls_caCertFile() default "";

    @AttributeDefinition(description = "PEM", required = false)
    String tls_clientCertFile() default "";

    @AttributeDefinition(description = "PEM", required = false)
    String tls_clientKeyFile() default "";

    @AttributeDefinition(required = false)
    String sentinelMasterName() default "";

    @AttributeDefinition(required = false)
    String sentinelUsername() default "";

    @AttributeDefinition(description = "host:port of each", required = false)
    String[] sentinelAddresses() default {};

    @AttributeDefinition(description = "host:port of some of the nodes", required = false)
    String[] clusterAddresses() default {};

    @AttributeDefinition(description = "milliseconds, 0 = 2000; with Sentinels only, otherwise 5000")
    int dialTimeout() default 2_000;

    @AttributeDefinition(description = "milliseconds, 0 = 200; with Sentinels only, otherwise a command has 3 s")
    int readTimeout() default 200;

    @AttributeDefinition(description = "milliseconds, 0 = 200; with Sentinels only")
    int writeTimeout() default 200;

    @AttributeDefinition(description = "of one command, in a cluster")
    int maxRedirects() default 2;
}
