package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.StoreCharge;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Offers the stores while Redis is configured, those of durable records while it is in charge; for another Redis, others. */
@Component(service = {}, immediate = true)
public final class RedisStores {
    static final String NAME = "redis";

    private final BundleContext context;
    private OfferedStores offered;
    private boolean inCharge;

    @Activate
    public RedisStores(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindRedis(RedisConnection redis) {
        OfferedStores before = offered;
        offered = new OfferedStores(context, redis);
        if (before != null) before.close();
        if (inCharge) offered.charged().begin();
    }

    synchronized void unbindRedis(RedisConnection redis) {
        if (offered != null && offered.isOver(redis)) deactivate();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(" + StoreCharge.STORE + "=" + NAME + ")")
    synchronized void bindCharge(StoreCharge charge) {
        inCharge = true;
        if (offered != null) offered.charged().begin();
    }

    synchronized void unbindCharge(StoreCharge charge) {
        inCharge = false;
        if (offered != null) offered.charged().end();
    }

    @Deactivate
    synchronized void deactivate() {
        if (offered != null) offered.close();
        offered = null;
    }
}
