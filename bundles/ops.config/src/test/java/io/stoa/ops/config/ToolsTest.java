package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code bin/stoa}. */
class ToolsTest {
    static final long SEED = 11;

    @TempDir Path run;

    @Test
    void generated_keys_are_what_a_configuration_takes() throws Exception {
        String[] lines = run("generate-keys").split("\n");
        String key = lines[0].replaceFirst("API Key:  ", "");
        String secret = lines[1].replaceFirst("API Secret:  ", "");
        assertThat(key).matches("API[A-Za-z0-9]{12}");
        assertThat(Loading.of("--keys", key + ": " + secret).load().warnings()).as("long enough").isEmpty();
    }

    @Test
    void a_join_token_admits_to_its_room_for_thirty_days() throws Exception {
        Claims claims = claims(run("--keys", "APIone: " + Loading.SECRET, "create-join-token", "--room", "lobby", "--identity=ann"));
        assertThat(claims.identity()).isEqualTo("ann");
        assertThat(claims.video().roomJoin()).isTrue();
        assertThat(claims.video().room()).isEqualTo("lobby");
        assertThat(claims.video().hidden()).isFalse();
        assertThat(Duration.between(Instant.now(), Instant.ofEpochSecond(claims.expiresAtSeconds()))).isBetween(Duration.ofDays(29), Duration.ofDays(30));
    }

    @Test
    void a_recorder_sees_without_being_seen() throws Exception {
        Claims claims = claims(run("create-join-token", "--room=lobby", "--identity", "rec", "--recorder", "--keys", "APIone: " + Loading.SECRET));
        assertThat(claims.video().hidden()).isTrue();
        assertThat(claims.video().recorder()).isTrue();
        assertThat(claims.video().canPublish()).isFalse();
        assertThat(claims.video().canPublishData()).isFalse();
        assertThat(claims.video().canSubscribe()).isTrue();
    }

    @Test
    void ports_follow_the_configuration() throws Exception {
        assertThat(run("ports")).contains("7880 - HTTP service", "7881 - ICE/TCP", "50000-60000 - ICE/UDP range");
        assertThat(run("--config-body", "port: 1\nrtc: {udp_port: 5-9, tcp_port: 0}", "ports")).contains("1 - HTTP", "5-9 - ICE/UDP").doesNotContain("ICE/TCP");
        assertThat(run("--dev", "ports")).contains("7882 - ICE/UDP");
    }

    @Test
    void help_names_every_option_and_every_variable() throws Exception {
        assertThat(run("--help")).contains("generate-keys", "--config FILE", "--dev", "LIVEKIT_KEYS", "STOA_JAVA_HOME");
        String verbose = run("help-verbose");
        for (Key key : Loading.TABLE.settable()) assertThat(verbose).contains("--" + key.path()).contains("[" + key.environmentName() + "]");
        assertThat(run("--version")).startsWith("stoa version 0.");
    }

    @Test
    void what_cannot_be_done_is_said() {
        assertThatThrownBy(() -> run("create-join-token", "--room", "a", "--dev")).isInstanceOf(ConfigException.class).hasMessageContaining("--identity is missing");
        assertThatThrownBy(() -> run("create-join-token", "--room", "a", "--identity", "b")).hasMessageContaining("one of key-file or keys must be provided");
        assertThatThrownBy(() -> run("ports", "--prot", "1")).hasMessageContaining("did you mean --port?");
        assertThatThrownBy(() -> run("list-nodes")).hasMessageContaining("no server with a shell runs from here");
        assertThatThrownBy(() -> run("fly")).hasMessageContaining("\"fly\" is no command");
        assertThatThrownBy(() -> run("status")).hasMessageContaining("no server runs from here");
    }

    @Test
    void without_a_shell_it_is_said_where_one_was_looked_for() throws Exception {
        assertThatThrownBy(() -> run("shell", "rooms")).hasMessageContaining("no server with a shell runs from here").hasMessageContaining(run.resolve("shell-").toString());
        assertThatThrownBy(() -> run("shell", "--process", "7", "rooms")).hasMessageContaining("no server with process id 7");
        assertThatThrownBy(() -> run("shell", "--process")).hasMessage("shell: --process must be followed by a process id");
        assertThatThrownBy(() -> run("shell", "--json")).hasMessageStartingWith("usage: bin/stoa shell ");
        long self = ProcessHandle.current().pid();
        Files.createFile(run.resolve("shell-" + self));
        assertThatThrownBy(() -> run("shell", "rooms")).hasMessageStartingWith("the shell at " + run.toRealPath().resolve("shell-" + self) + " does not answer (");
        Files.createFile(run.resolve("shell-1"));
        assertThatThrownBy(() -> run("shell", "rooms")).hasMessageContaining("several servers run from here, the processes").hasMessageContaining("--process <id>");
    }

    @Test
    void words_reach_the_shell_as_they_are() {
        assertThat(List.of("lobby", "it's", "a b", "$x;y", "", "ü").stream().map(ShellClient::quoted)).containsExactly("lobby", "'it'\\''s'", "'a b'", "'$x;y'", "''", "'ü'");
        assertThat(Invocation.parse(KeyTable.load(), List.of("--dev", "shell", "participants", "--json", "--port", "-h")).words())
                .containsExactly("participants", "--json", "--port", "-h");
        assertThat(ShellTool.absolute(List.of("swap", "forward", "shipped"))).containsExactly("swap", "forward", "shipped");
        assertThat(ShellTool.absolute(List.of("swap", "forward", "pom.xml")).get(2)).startsWith("/").endsWith("/pom.xml");
    }

    @Test
    void why_shows_who_waits_for_what() throws Exception {
        Files.writeString(run.resolve("status"), "process " + ProcessHandle.current().pid() + """

                bundle io.stoa.room 0.1.0 ACTIVE
                component io.stoa.room.live.LiveRoomManager WAITING in io.stoa.room
                  waits for service io.stoa.media.MediaPlane, which no bundle here offers
                component io.stoa.http.JettyHttpServer ACTIVE in io.stoa.http
                """);
        assertThat(run("why").lines()).hasSize(2).last().asString().contains("waits for service io.stoa.media.MediaPlane");
        assertThat(run("why", "JettyHttpServer").strip()).isEqualTo("component io.stoa.http.JettyHttpServer ACTIVE in io.stoa.http");
        assertThat(run("why", "Nobody")).contains("nothing here is called Nobody");
        assertThat(run("status").lines()).hasSize(5);
    }

    private static Claims claims(String output) throws Exception {
        assertThat(output).startsWith("Token: ");
        return AccessTokens.verify(output.substring("Token: ".length()).strip(), new ConfiguredKeys(Map.of("APIone", Loading.SECRET)), Instant.now());
    }

    private String run(String... arguments) throws ConfigException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Tools(Map.of(), run, new Random(SEED), new PrintStream(bytes, true, StandardCharsets.UTF_8)).run(List.of(arguments));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
