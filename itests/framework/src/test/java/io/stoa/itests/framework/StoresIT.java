package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.store.DurableStore;
import io.stoa.store.EgressStore;
import io.stoa.store.RoomStore;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import java.nio.file.Files;
import java.util.Dictionary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Durable records, on their way from one store to the next, and over the update of a store. */
@ExtendWith(InsideServer.class)
class StoresIT {
    private final Server server;

    StoresIT(Server server) {
        this.server = server;
    }

    @Test
    void records_go_with_whoever_is_in_charge() throws Exception {
        awaitInCharge("store.memory");
        server.need(SipStore.class).putDispatchRule(rule("SDR_1"));
        assertThat(server.work().resolve("data/store.mv")).as("made for nothing").doesNotExist();

        updateInPlace("store.memory");
        awaitInCharge("store.memory");
        assertThat(server.need(SipStore.class).dispatchRules()).as("left to the successor").containsExactly(rule("SDR_1"));

        want("file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactly(rule("SDR_1"));
        server.need(SipStore.class).putDispatchRule(rule("SDR_2"));
        assertThat(Files.size(server.work().resolve("data/store.mv"))).isPositive();

        updateInPlace("store.file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactlyInAnyOrder(rule("SDR_1"), rule("SDR_2"));

        want("memory");
        awaitInCharge("store.memory");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactlyInAnyOrder(rule("SDR_1"), rule("SDR_2"));
        want("file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).hasSize(2);

        server.stop("store.file");
        assertThat(server.offers(SipStore.class)).as("no other store is asked").isFalse();
        assertThat(server.offers(EgressStore.class)).isFalse();
        server.start("store.file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).hasSize(2);

        server.stop("ops.store");
        assertThat(server.offers(SipStore.class)).isFalse();
        want("file");
        server.start("ops.store");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).hasSize(2);

        try (RedisProcess redis = new RedisProcess(server.work().resolve("redis"))) {
            overRedis(redis);
        }
    }

    private void overRedis(RedisProcess redis) throws Exception {
        set("io.stoa.redis", "address", redis.address());
        want("redis");
        Server.await("a store in Redis", () -> server.references(DurableStore.class.getName(), "(store=redis)").size() == 1);
        assertThat(server.need(SipStore.class).dispatchRules()).as("Redis is not there yet").hasSize(2);

        redis.start();
        awaitInCharge("store.redis");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactlyInAnyOrder(rule("SDR_1"), rule("SDR_2"));
        server.need(SipStore.class).deleteDispatchRule("SDR_1");

        ServiceReference<?> rooms = server.references(RoomStore.class.getName(), "(service.ranking=100)").getFirst();
        redis.stop();
        assertThatThrownBy(() -> server.need(SipStore.class).dispatchRules()).isInstanceOf(StoreException.class);
        want("file");
        assertThat(server.references(SipStore.class.getName(), null)).as("the file is behind").allSatisfy(store ->
                assertThat(Server.part(store.getBundle())).isEqualTo("store.redis"));

        redis.start();
        Server.await("rooms are told to a Redis that is back", () -> !rooms.equals(server.references(RoomStore.class.getName(), "(service.ranking=100)").getFirst()));
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactly(rule("SDR_2"));
        set("io.stoa.redis", "address", "");
    }

    private void awaitInCharge(String part) {
        Server.await(part + " in charge", () -> {
            List<ServiceReference<?>> stores = server.references(SipStore.class.getName(), null);
            return stores.size() == 1 && Server.part(stores.getFirst().getBundle()).equals(part);
        });
    }

    private void want(String kind) throws Exception {
        set("io.stoa.store", "kind", kind);
    }

    private void set(String pid, String property, String value) throws Exception {
        Configuration configuration = server.need(ConfigurationAdmin.class).getConfiguration(pid, "?");
        Dictionary<String, Object> properties = configuration.getProperties();
        properties.put(property, value);
        configuration.update(properties);
    }

    private void updateInPlace(String part) throws BundleException {
        Bundle bundle = server.part(part);
        bundle.update();
    }

    private static SIPDispatchRuleInfo rule(String id) {
        return SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId(id).build();
    }
}
