package io.stoa.redis.client;

import io.stoa.auth.Secrets;
import io.stoa.health.HealthCheck;
import io.stoa.redis.RedisConnection;
import io.stoa.store.StoreCharge;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** Offers the connection that is configured, if one is. */
@Component(service = HealthCheck.class, immediate = true, configurationPid = "io.stoa.redis")
@Designate(ocd = RedisConfig.class)
public final class RedisConnector implements Passwords, HealthCheck {
    private final ExecutorService changes = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("redis-settings").factory());
    private ConnectionOfTheDay connection;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Secrets secrets;

    @Activate
    void activate(BundleContext context, RedisConfig config) {
        connection = new ConnectionOfTheDay(
                settings -> new HeldConnection(settings.description(), new LettuceSessions(settings, this), HeldConnection.CHECKS).start(),
                next -> context.registerService(RedisConnection.class, next, null)::unregister,
                () -> hasRecords(context));
        connection.want(RedisSettings.of(config));
        connection.settle();
    }

    /** Until another store is in charge: where Redis is configured no more, its records are on their way to that. */
    private static boolean hasRecords(BundleContext context) {
        try {
            return context.getServiceReferences(StoreCharge.class, "(!(" + StoreCharge.STORE + "=redis))").isEmpty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e); // it is written here
        }
    }

    @Modified
    void modified(RedisConfig config) {
        connection.want(RedisSettings.of(config));
        changes.execute(connection::settle);
    }

    @Deactivate
    void deactivate() {
        changes.shutdown();
        connection.close();
    }

    @Override
    public List<Finding> findings() {
        return connection.findings();
    }

    @Override
    public String redis() {
        return secret("redis.password");
    }

    @Override
    public String sentinel() {
        return secret("redis.sentinel_password");
    }

    private String secret(String key) {
        Secrets all = secrets;
        return all == null ? "" : all.secret(key);
    }
}
