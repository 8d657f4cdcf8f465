package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.itests.framework.Shell.Answer;
import io.stoa.media.MediaPlane;
import io.stoa.room.RoomManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;

/** The operator's shell in the running server: what it shows, and what it swaps. */
@ExtendWith(InsideServer.class)
class ShellIT {
    private final Server server;
    private final Shell shell;
    private final Jars jars;

    ShellIT(Server server) {
        this.server = server;
        shell = new Shell(server);
        jars = server == null ? null : new Jars(server.home());
    }

    @BeforeEach
    void complete() {
        server.awaitNativeCrypto();
    }

    @AfterEach
    void clear() throws IOException {
        try (Stream<Path> left = Files.list(server.work().resolve("plugins"))) {
            for (Path file : left.toList()) Files.delete(file);
        }
        server.startAll();
        Server.await("only shipped bundles", () -> server.parts().stream().allMatch(one -> one.getState() == Bundle.ACTIVE && one.getLocation().startsWith("reference:")));
    }

    private Path jar(String name, byte[] content) throws IOException {
        return Files.write(server.work().resolve(name), content);
    }

    private Answer swap(String part, byte[] content) throws IOException {
        return shell.says("swap " + part + " '" + jar(part + ".jar", content) + "'");
    }

    private static void assertSays(Answer answer, int status, String... parts) {
        assertThat(answer.text()).contains(parts);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    }

    private List<String> plugins() throws IOException {
        try (Stream<Path> left = Files.list(server.work().resolve("plugins"))) {
            return left.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void rooms_participants_and_tracks_are_shown_and_why_somebody_does_not_see_something() throws Exception {
        assertSays(shell.says("rooms"), 0, "no room is open");
        try (Call call = Call.begin(server, 31)) {
            call.goOn(25);
        }
        try (Caller caller = new Caller(server.port())) {
            caller.join("ann", "hall");
            assertSays(shell.says("rooms"), 0, "hall", "RM_");
            assertSays(shell.says("participants hall"), 0, "ann", "PA_", "PUBLISHER NEW");
            assertSays(shell.says("participants hall --json"), 0, "\"identity\": \"ann\"");
            assertSays(shell.says("tracks hall"), 0, "nothing is published");
            assertSays(shell.says("why hall ann TR_none"), 0, "NO_SUCH_TRACK");
            assertSays(shell.says("why hall bob TR_none"), 1, "participant does not exist");
            assertSays(shell.says("participants nowhere"), 1, "no room \"nowhere\"");
        }
        Server.await("nobody", () -> server.need(RoomManager.class).participants() == 0);
    }

    @Test
    void parts_are_shown_with_what_they_wait_for() {
        assertSays(shell.says("why"), 0, "everything is at work");
        server.stop("media");
        assertSays(shell.says("why LiveRoomManager"), 0, "WAITING", "waits for service io.stoa.media.MediaPlane");
        assertSays(shell.says("rooms"), 1, "there is no room manager");
        assertSays(shell.says("status"), 0, "bundle io.stoa.media ", " RESOLVED");
        server.start("media");
        Server.await("a room manager", () -> server.offers(RoomManager.class));
        server.stop("ops.config");
        assertSays(shell.says("why"), 1, "ops.config is stopped or failed");
        server.start("ops.config");
    }

    @Test
    void bundles_say_how_they_are_replaced() {
        String bundles = shell.says("bundles").text();
        assertThat(bundles.lines().filter(line -> line.startsWith("io.stoa.forward "))).singleElement().asString().contains("ACTIVE", "shipped", "beside:");
        assertThat(bundles.lines().filter(line -> line.startsWith("io.stoa.http "))).singleElement().asString().contains("alone:");
        assertThat(bundles.lines().filter(line -> line.startsWith("io.stoa.transport "))).singleElement().asString().contains("drain first");
        assertThat(bundles.lines().filter(line -> line.startsWith("io.stoa.base "))).singleElement().asString().contains("with a restart");
        assertSays(shell.says("bundles --json"), 0, "\"name\": \"io.stoa.forward\"");
        assertSays(shell.says("bundles all"), 1, "usage: bundles [--json]");
    }

    @Test
    void engines_say_which_is_at_work_and_why() {
        String engines = shell.says("engines").text();
        assertThat(engines.lines().filter(line -> line.contains("io.stoa.srtp.linux "))).singleElement().asString().contains(" 100 ", " yes ", "first choice, ");
        assertThat(engines.lines().filter(line -> line.contains("io.stoa.srtp.portable "))).singleElement().asString().contains(" -100 ", " no ");
    }

    @Test
    void a_part_is_swapped_during_a_call_up_down_and_back() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        String shipped = plane.stats().engine();
        try (Call call = Call.begin(server, 32)) {
            assertSays(swap("forward", jars.bytes("forward", "0.5.2")), 0, "io.stoa.forward 0.5.2 is at work");
            assertThat(plane.stats().engine()).isEqualTo("forward 0.5.2");
            call.goOn(25);
            assertSays(swap("forward", jars.bytes("forward", "0.5.1")), 0, "io.stoa.forward 0.5.1 is at work, 0.5.2 has stopped");
            assertThat(plane.stats().engine()).isEqualTo("forward 0.5.1");
            assertThat(plugins()).hasSize(1);
            assertSays(shell.says("swap list"), 0, "io.stoa.forward: 0.5.1 instead of the shipped");
            call.goOn(25);
            assertSays(shell.says("swap forward shipped"), 0, "the shipped one, is at work");
            assertThat(plane.stats().engine()).isEqualTo(shipped);
            assertSays(shell.says("swap list"), 0, "every part is the shipped one");
            call.goOn(25);
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    @Test
    void a_part_is_done_without_for_a_while_whichever_was_at_work() throws Exception {
        assertSays(shell.says("stop service.sip"), 0, "io.stoa.service.sip", "has stopped");
        assertThat(active("service.sip")).isEmpty();
        assertSays(shell.says("stop service.sip"), 0, "stopped already");
        assertSays(shell.says("start service.sip"), 0, "is at work");
        assertThat(active("service.sip")).hasSize(1);
        assertSays(shell.says("start io.stoa.service.sip"), 0, "started already");

        try (Call call = Call.begin(server, 36)) {
            assertSays(swap("forward", jars.bytes("forward", "0.5.2")), 0, "io.stoa.forward 0.5.2 is at work");
            assertSays(shell.says("stop forward"), 0, "io.stoa.forward 0.5.2 has stopped");
            Files.write(server.work().resolve("plugins/another.jar"), jars.bytes("service.sip", "0.5.2")); // makes the folder look at all of them
            Server.await("the other plug-in", () -> active("service.sip").stream().anyMatch(line -> line.contains("0.5.2")));
            assertThat(active("forward")).as("neither the shipped one nor the plug-in").isEmpty();
            Files.delete(server.work().resolve("plugins/another.jar"));
            assertSays(shell.says("start forward"), 0, "io.stoa.forward 0.5.2 is at work");
            call.goOn(25);
            assertSays(shell.says("swap forward shipped"), 0, "the shipped one, is at work");
            call.goOn(25);
            call.end();
        }
        assertSays(shell.says("stop service.sip"), 0, "has stopped");
        Path newer = Files.write(server.work().resolve("plugins/newer.jar"), jars.bytes("service.sip", "0.5.3"));
        Server.await("another jar", () -> active("service.sip").stream().anyMatch(line -> line.contains("0.5.3")));
        Files.delete(newer);
        Server.await("the shipped one", () -> active("service.sip").stream().anyMatch(line -> line.contains("shipped")));
        assertSays(shell.says("stop base"), 1, "others use its classes");
        assertSays(shell.says("stop ops.shell"), 1, "nothing could be started again");
        assertSays(shell.says("stop nothing"), 1, "no bundle is called nothing");
        assertSays(shell.says("stop"), 1, "usage: stop <bundle>");
    }

    private List<String> active(String part) {
        return shell.says("bundles").text().lines().filter(line -> line.startsWith("io.stoa." + part + " ") && line.contains("ACTIVE")).toList();
    }

    @Test
    void what_does_not_work_is_told_of_and_the_old_one_goes_on() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        String shipped = plane.stats().engine();
        String goesOn = server.part("forward").getVersion() + " goes on working";
        assertSays(swap("forward", new byte[] {1, 2, 3}), 1, "it is no whole archive");
        assertSays(swap("forward", jars.bytes("media", "0.5.1")), 1, "is the bundle io.stoa.media, not io.stoa.forward");
        assertSays(swap("forward", jars.bytes("forward", "0.5.1", "Import-Package", "io.stoa.nowhere")), 1,
                "io.stoa.forward 0.5.1 does not take over: it does not resolve: no bundle offers the package io.stoa.nowhere", goesOn);
        assertSays(swap("forward", jars.bytes("forward", "0.5.1", "Bundle-Activator", "io.stoa.Nothing")), 1, "its start failed", goesOn);
        assertSays(swap("forward", jars.described("forward", "0.5.1", ShellIT::withoutClass)), 1, "does not take over", goesOn);
        assertSays(swap("forward", jars.described("forward", "0.5.1", ShellIT::unsatisfied)), 1, "waits for [nothing]", goesOn);
        assertThat(plugins()).isEmpty();
        assertThat(plane.stats().engine()).isEqualTo(shipped);
        assertSays(shell.says("why"), 0, "everything is at work");
    }

    static String withoutClass(String xml) {
        return xml.replaceFirst("implementation class=\"[^\"]*\"", "implementation class=\"io.stoa.Nothing\"");
    }

    static String unsatisfied(String xml) {
        return xml.replace("</scr:component>", "<reference name=\"nothing\" interface=\"io.stoa.Nothing\"/></scr:component>");
    }

    @Test
    void arguments_that_make_no_sense_are_answered_with_the_usage() {
        for (String line : new String[] {"swap", "swap forward", "swap --force forward", "swap a b c"}) assertSays(shell.says(line), 1, "usage: swap <bundle> <jar>");
        assertSays(shell.says("swap nobody /tmp/x.jar"), 1, "no bundle is called nobody");
        assertSays(shell.says("swap forward x.jar"), 1, "with its whole path");
        assertSays(shell.says("swap forward /nowhere/x.jar"), 1, "there is no file");
        assertSays(shell.says("swap base '" + jars.shipped("base") + "'"), 1, "with a restart");
    }

    @Test
    void the_port_changes_hands_and_comes_back_if_the_new_one_cannot_use_it() throws Exception {
        try (Caller caller = new Caller(server.port())) {
            assertSays(swap("http", jars.bytes("http", "0.5.1")), 0, "io.stoa.http 0.5.1 is at work");
            Server.await("HTTP", () -> caller.get("/").status() == 200);
            assertSays(swap("http", jars.bytes("http", "0.5.0")), 0, "io.stoa.http 0.5.0 is at work, 0.5.1 has stopped");
            Server.await("HTTP", () -> caller.get("/").status() == 200);
            assertSays(swap("http", jars.described("http", "0.5.2", ShellIT::withoutClass)), 1, "does not take over", "0.5.0 goes on working");
            Server.await("HTTP", () -> caller.get("/").status() == 200);
            assertSays(shell.says("swap http shipped"), 0, "the shipped one, is at work");
            Server.await("HTTP", () -> caller.get("/").status() == 200);
        }
    }

    @Test
    void the_media_plane_is_not_swapped_under_people() throws Exception {
        try (Caller caller = new Caller(server.port())) {
            caller.join("ann", "hall");
            assertSays(swap("transport", jars.bytes("transport", "0.5.1")), 1, "1 participants would be thrown out");
        }
        Server.await("nobody", () -> server.need(RoomManager.class).participants() == 0);
        assertSays(swap("transport", jars.bytes("transport", "0.5.1")), 0, "io.stoa.transport 0.5.1 is at work");
        Server.await("a room manager", () -> server.offers(RoomManager.class));
        assertSays(shell.says("swap transport shipped"), 0, "the shipped one, is at work");
        Server.await("a room manager", () -> server.offers(RoomManager.class));
    }

    @Test
    void the_shell_and_the_plugins_folder_are_swapped_by_themselves() throws Exception {
        for (String part : new String[] {"ops.shell", "ops.plugins"}) {
            assertSays(swap(part, jars.bytes(part, "0.5.1")), 0, "io.stoa." + part + " 0.5.1 is at work");
            Server.await("the shell", () -> shell.says("bundles").status() == 0);
            assertSays(shell.says("swap " + part + " shipped"), 0, "the shipped one, is at work");
            Server.await("the shell", () -> shell.says("bundles").status() == 0);
        }
    }
}
