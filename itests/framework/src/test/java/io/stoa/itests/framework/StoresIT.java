package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.store.EgressStore;
import io.stoa.store.SipStore;
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

        want("file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactly(rule("SDR_1"));
        server.need(SipStore.class).putDispatchRule(rule("SDR_2"));
        assertThat(Files.size(server.work().resolve("data/store.mv"))).isPositive();

        updateInPlace("store.file");
        awaitInCharge("store.file");
        assertThat(server.need(SipStore.class).dispatchRules()).containsExactlyInAnyOrder(rule("SDR_1"), rule("SDR_2"));

        want("memory"); // it would lose all
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
    }

    private void awaitInCharge(String part) {
        Server.await(part + " in charge", () -> {
            List<ServiceReference<?>> stores = server.references(SipStore.class.getName(), null);
            return stores.size() == 1 && Server.part(stores.getFirst().getBundle()).equals(part);
        });
    }

    private void want(String kind) throws Exception {
        Configuration configuration = server.need(ConfigurationAdmin.class).getConfiguration("io.stoa.store", "?");
        Dictionary<String, Object> properties = configuration.getProperties();
        properties.put("kind", kind);
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
