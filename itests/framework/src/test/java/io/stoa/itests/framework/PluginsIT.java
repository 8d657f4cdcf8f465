package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.media.MediaPlane;
import io.stoa.room.RoomManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;

/** What happens in the plug-ins folder happens in the running server, and calls go on. */
@ExtendWith(InsideServer.class)
class PluginsIT {
    private final Server server;
    private final Jars jars;

    PluginsIT(Server server) {
        this.server = server;
        jars = server == null ? null : new Jars(server.home());
    }

    private Path plugins() {
        return server.work().resolve("plugins");
    }

    /** Whole files only, as {@code ./dev swap} does it. */
    private void drop(String file, byte[] content) throws IOException {
        Path made = Files.write(server.work().resolve("made.jar"), content);
        Files.move(made, plugins().resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Optional<Bundle> plugin(String part, String version) {
        return server.parts().stream().filter(one -> Server.part(one).equals(part) && one.getVersion().toString().equals(version)).findFirst();
    }

    private void awaitEngine(MediaPlane plane, String name) {
        Server.await("engine " + name, () -> plane.stats().engine().equals(name));
    }

    @AfterEach
    void clear() throws IOException {
        try (var left = Files.list(plugins())) {
            for (Path file : left.toList()) Files.delete(file);
        }
        Server.await("only shipped bundles", () -> server.parts().stream().allMatch(one -> one.getState() == Bundle.ACTIVE && one.getLocation().startsWith("reference:")));
    }

    @Test
    void a_jar_is_dropped_replaced_overwritten_and_removed_during_a_call() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        Bundle shipped = server.part("forward");
        String shippedEngine = plane.stats().engine();
        try (Call call = Call.begin(server, 21)) {
            drop("forward-1.jar", jars.bytes("forward", "0.2.1"));
            awaitEngine(plane, "forward 0.2.1");
            Server.await("the shipped one to stop", () -> shipped.getState() == Bundle.RESOLVED);
            call.goOn(25);

            drop("forward-2.jar", jars.bytes("forward", "0.2.2"));
            awaitEngine(plane, "forward 0.2.2");
            Server.await("the one before to stop", () -> plugin("forward", "0.2.1").map(one -> one.getState() != Bundle.ACTIVE).orElse(true));
            Files.delete(plugins().resolve("forward-1.jar"));
            Server.await("the one before to go", () -> plugin("forward", "0.2.1").isEmpty());
            assertThat(plane.stats().engine()).isEqualTo("forward 0.2.2");
            call.goOn(25);

            drop("forward-2.jar", jars.bytes("forward", "0.2.3"));
            awaitEngine(plane, "forward 0.2.3");
            call.goOn(25);

            Files.delete(plugins().resolve("forward-2.jar"));
            awaitEngine(plane, shippedEngine);
            Server.await("the plug-in to go", () -> plugin("forward", "0.2.3").isEmpty());
            assertThat(shipped.getState()).isEqualTo(Bundle.ACTIVE);
            call.goOn(25);
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    @Test
    void a_jar_that_is_removed_while_it_takes_over_leaves_the_shipped_engine() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        String shippedEngine = plane.stats().engine();
        for (int i = 0; i < 4; i++) {
            drop("short-" + i + ".jar", jars.bytes("forward", "0.4." + i));
            Server.await("a glimpse of it", () -> !plane.stats().engine().equals(shippedEngine));
            Files.delete(plugins().resolve("short-" + i + ".jar"));
            awaitEngine(plane, shippedEngine);
        }
    }

    @Test
    void what_does_not_work_changes_nothing() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        String shippedEngine = plane.stats().engine();
        drop("forward-3.jar", jars.bytes("forward", "0.2.4", "Import-Package", "io.stoa.nowhere"));
        Server.await("the plug-in to be looked at", () -> plugin("forward", "0.2.4").isPresent());
        drop("not-a-jar.jar", new byte[] {1, 2, 3});
        drop("forward-5.jar", jars.bytes("forward", "0.2.5"));
        awaitEngine(plane, "forward 0.2.5"); // what was dropped before was looked at by now
        assertThat(plugin("forward", "0.2.4").orElseThrow().getState()).isEqualTo(Bundle.INSTALLED);
        Files.delete(plugins().resolve("forward-5.jar"));
        awaitEngine(plane, shippedEngine);
    }

    /** In place there is nothing between the old one and the new one: then the shipped one is what works. */
    @ParameterizedTest
    @CsvSource({"junk", "unresolvable", "activator", "component", "unsatisfied"})
    void a_plugin_that_is_overwritten_by_what_does_not_work_leaves_the_shipped_one_at_work(String fault) throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        String shippedEngine = plane.stats().engine();
        try (Call call = Call.begin(server, 22)) {
            drop("forward.jar", jars.bytes("forward", "0.6.1"));
            awaitEngine(plane, "forward 0.6.1");
            Server.await("the shipped one to stop", () -> server.parts().stream().anyMatch(one -> one.getLocation().startsWith("reference:") && one.getState() == Bundle.RESOLVED));
            call.goOn(25);
            drop("forward.jar", switch (fault) {
                case "junk" -> new byte[] {1, 2, 3};
                case "unresolvable" -> jars.bytes("forward", "0.6.2", "Import-Package", "io.stoa.nowhere");
                case "activator" -> jars.bytes("forward", "0.6.2", "Bundle-Activator", "io.stoa.Nothing");
                case "component" -> jars.described("forward", "0.6.2", ShellIT::withoutClass);
                default -> jars.described("forward", "0.6.2", ShellIT::unsatisfied);
            });
            awaitEngine(plane, shippedEngine);
            call.goOn(25);
            drop("forward.jar", jars.bytes("forward", "0.6.3"));
            awaitEngine(plane, "forward 0.6.3");
            call.goOn(25);
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    private static void assertServed(Caller caller, String meanwhile) {
        Caller.Answer api = caller.listRooms();
        assertThat(api.status()).as("while %s is replaced: %s", meanwhile, api.text()).isEqualTo(200);
        Caller.Answer door = caller.get("/rtc/validate?access_token=" + Caller.token("bob", Caller.grant("hall")));
        assertThat(door.status()).as("while %s is replaced: %s", meanwhile, door.text()).isEqualTo(200);
    }

    @Test
    void parts_around_a_room_are_replaced_without_anybody_noticing() throws Exception {
        try (Caller caller = new Caller(server.port())) {
            var ann = caller.join("ann", "hall");
            for (String part : new String[] {"service.room", "edge.twirp", "signal", "cluster", "store.memory"}) {
                Bundle shipped = server.part(part);
                drop(part + ".jar", jars.bytes(part, "0.2.0"));
                Server.await(part + " to be replaced", () -> {
                    assertServed(caller, part);
                    return shipped.getState() == Bundle.RESOLVED;
                });
                Files.delete(plugins().resolve(part + ".jar"));
                Server.await(part + " to be back", () -> {
                    assertServed(caller, part);
                    return plugin(part, "0.2.0").isEmpty();
                });
            }
            assertThat(ann.closed()).isFalse();
            Server.await("the room in the store", () -> caller.listRooms().text().contains("\"hall\""));
            assertThat(server.need(Router.class).nodeOf("hall")).contains(server.need(NodeRegistry.class).localId());
            assertThat(server.need(RoomManager.class).participants()).isEqualTo(1);
        }
    }
}
