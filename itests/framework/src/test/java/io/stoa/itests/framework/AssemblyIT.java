package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.agent.AgentServer;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.Secrets;
import io.stoa.cluster.MessageBus;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.dtls.KeyOperations;
import io.stoa.http.HttpRoute;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPlane;
import io.stoa.media.NodeAddresses;
import io.stoa.media.PacketIo;
import io.stoa.room.EgressLauncher;
import io.stoa.room.EventLine;
import io.stoa.room.RoomListener;
import io.stoa.room.RoomManager;
import io.stoa.room.SignalServer;
import io.stoa.room.TurnServers;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.srtp.SrtpEngine;
import io.stoa.store.AgentStore;
import io.stoa.store.DurableStore;
import io.stoa.store.EgressStore;
import io.stoa.store.IngressStore;
import io.stoa.store.RecordLine;
import io.stoa.store.RoomStore;
import io.stoa.store.SipStore;
import io.stoa.store.StoreCharge;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The distribution as it is shipped: everything is there, once, and works. */
@ExtendWith(InsideServer.class)
class AssemblyIT {
    /**
     * Who offers which contract (docs/architecture.md, "Bundles"). Each is there once, but for routes, RPC services, TURN servers, stores to
     * copy from, and what protects packets: the native one outranks the portable.
     */
    private static final Map<Class<?>, List<String>> OFFERED = Map.ofEntries(
            Map.entry(KeyProvider.class, List.of("ops.config")),
            Map.entry(NodeAddresses.class, List.of("transport")),
            Map.entry(PacketIo.class, List.of("transport")),
            Map.entry(TurnServers.class, List.of("ops.config", "turn.server")),
            Map.entry(SrtpEngine.class, List.of("srtp.portable", "srtp.linux")),
            Map.entry(KeyOperations.class, List.of("srtp.linux")),
            Map.entry(ForwardingEngine.class, List.of("forward")),
            Map.entry(MediaPlane.class, List.of("media")),
            Map.entry(MessageBus.class, List.of("rpc")),
            Map.entry(RpcBus.class, List.of("rpc")),
            Map.entry(Secrets.class, List.of("ops.config")),
            Map.entry(NodeRegistry.class, List.of("cluster")),
            Map.entry(Router.class, List.of("cluster")),
            Map.entry(RoomAllocator.class, List.of("cluster")),
            Map.entry(RoomStore.class, List.of("store.memory")),
            Map.entry(DurableStore.class, List.of("store.memory", "store.file")),
            Map.entry(StoreCharge.class, List.of("ops.store")),
            Map.entry(EgressStore.class, List.of("store.memory")),
            Map.entry(IngressStore.class, List.of("store.memory")),
            Map.entry(SipStore.class, List.of("store.memory")),
            Map.entry(AgentStore.class, List.of("store.memory")),
            Map.entry(RoomManager.class, List.of("room")),
            Map.entry(SignalServer.class, List.of("signal")),
            Map.entry(RpcEndpoint.class, List.of("service.room", "service.agent", "service.egress", "service.ingress", "service.sip")),
            Map.entry(EgressLauncher.class, List.of("service.egress")),
            Map.entry(AgentServer.class, List.of("service.agent")),
            Map.entry(HttpRoute.class, List.of("edge.rtc", "edge.rtc", "edge.rtc", "edge.rtc", "edge.twirp", "edge.agent", "edge.whip", "edge.whip", "ops.health", "ops.health", "ops.health")),
            Map.entry(EventLine.class, List.of("handover")),
            Map.entry(RecordLine.class, List.of("handover")));

    /** They offer words and do work: a contract for many small users, and the one thing that carries it. */
    private static final Set<String> BOTH = Set.of("http", "rpc", "redis");

    private final Server server;

    AssemblyIT(Server server) {
        this.server = server;
    }

    @BeforeEach
    void complete() {
        server.awaitNativeCrypto();
    }

    @Test
    void every_bundle_is_active_and_every_fragment_has_its_host() {
        assertThat(server.bundles()).isNotEmpty().allSatisfy(bundle ->
                assertThat(bundle.getState()).as(bundle.toString()).isEqualTo(Server.isFragment(bundle) ? Bundle.RESOLVED : Bundle.ACTIVE));
    }

    @Test
    void every_bundle_is_there_once() {
        assertThat(server.bundles()).extracting(Bundle::getSymbolicName).doesNotHaveDuplicates();
    }

    @Test
    void every_component_works() {
        var runtime = server.need(ServiceComponentRuntime.class);
        Collection<ComponentDescriptionDTO> all = runtime.getComponentDescriptionDTOs();
        assertThat(all).isNotEmpty();
        assertThat(all).allSatisfy(component -> assertThat(runtime.getComponentConfigurationDTOs(component))
                .as(component.name)
                .hasSize(1)
                .allSatisfy(one -> assertThat(one.state).isIn(ComponentConfigurationDTO.SATISFIED, ComponentConfigurationDTO.ACTIVE)));
    }

    @Test
    void every_contract_is_fulfilled_once_and_by_whom_the_documentation_says() {
        OFFERED.forEach((contract, bundles) -> assertThat(server.references(contract.getName(), null))
                .as(contract.getSimpleName())
                .extracting(reference -> Server.part(reference.getBundle()))
                .containsExactlyInAnyOrderElementsOf(bundles));
    }

    @Test
    void every_service_can_be_had() {
        assertThat(server.parts().stream().flatMap(AssemblyIT::offered)).isNotEmpty().allSatisfy(reference -> {
            assertThat(server.context().getService(reference)).as(reference.toString()).isNotNull();
            server.context().ungetService(reference);
        });
    }

    private static Stream<ServiceReference<?>> offered(Bundle bundle) {
        ServiceReference<?>[] offered = bundle.getRegisteredServices();
        return offered == null ? Stream.empty() : Arrays.stream(offered);
    }

    @Test
    void every_import_that_must_be_and_every_service_that_is_counted_on_is_there() {
        for (Bundle bundle : server.parts()) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            List<BundleRequirement> packages = wiring.getRequirements(PackageNamespace.PACKAGE_NAMESPACE);
            List<BundleWire> wires = wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE);
            assertThat(packages).as("imports of %s", bundle).allSatisfy(wanted -> assertThat(wanted.getDirectives().get("resolution"))
                    .as("%s: resolved when it is used, or by nobody", wanted)
                    .isNotEqualTo("dynamic"));
            assertThat(packages.stream().filter(wanted -> !"optional".equals(wanted.getDirectives().get("resolution"))))
                    .as("imports of %s", bundle)
                    .allSatisfy(wanted -> assertThat(wires).anyMatch(wire -> wire.getRequirement().equals(wanted)));
        }
    }

    @Test
    void one_class_of_a_contract_for_all() {
        for (Class<?> contract : OFFERED.keySet())
            for (Bundle bundle : server.parts())
                for (BundleWire wire : bundle.adapt(BundleWiring.class).getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE))
                    if (contract.getPackageName().equals(wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                        assertThat(wire.getProvider().getBundle()).as("%s for %s", contract.getSimpleName(), bundle)
                                .isEqualTo(org.osgi.framework.FrameworkUtil.getBundle(contract));
    }

    @Test
    void a_bundle_offers_words_or_does_work() {
        for (Bundle bundle : server.parts()) {
            boolean words = bundle.getHeaders("").get("Export-Package") != null;
            boolean work = bundle.getHeaders("").get("Service-Component") != null;
            if (BOTH.contains(Server.part(bundle))) assertThat(words && work).as("%s does both", bundle).isTrue();
            else assertThat(words ^ work).as("%s exports packages or has components", bundle).isTrue();
        }
    }

    @Test
    void nobody_has_an_activator_or_imports_at_will() {
        assertThat(server.parts()).allSatisfy(bundle -> {
            assertThat(bundle.getHeaders("").get("Bundle-Activator")).as(bundle.toString()).isNull();
            assertThat(bundle.getHeaders("").get("DynamicImport-Package")).as(bundle.toString()).isNull();
            assertThat(bundle.getHeaders("").get("Require-Bundle")).as(bundle.toString()).isNull();
        });
    }

    @Test
    void every_exported_package_has_a_version() {
        for (Bundle bundle : server.parts())
            assertThat(bundle.adapt(BundleWiring.class).getCapabilities(PackageNamespace.PACKAGE_NAMESPACE)).allSatisfy(exported ->
                    assertThat((Version) exported.getAttributes().get("version")).as("%s", exported).isGreaterThanOrEqualTo(new Version(1, 0, 0)));
    }
}
