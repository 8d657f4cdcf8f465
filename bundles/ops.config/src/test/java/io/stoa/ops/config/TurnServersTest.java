package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ICEServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code rtc.turn_servers} as clients are told of them (spec 6.12, 11.4). */
class TurnServersTest {
    @TempDir Path folder;

    private static List<ICEServer> told(Settings settings) {
        var servers = new ConfiguredTurnServers(() -> 1_800_000_000);
        servers.replace(settings.list("rtc.turn_servers"));
        return servers.of("PA_ann");
    }

    private static ICEServer told(String server) {
        return told(Loading.yaml("rtc: {turn_servers: [" + server + "]}").load()).getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "'host: t.example.com, port: 443, protocol: tls', turns:t.example.com:443?transport=tcp",
        "'host: t.example.com, port: 3479, protocol: tcp', turn:t.example.com:3479?transport=tcp",
        "'host: t.example.com, port: 3479, protocol: udp', turn:t.example.com:3479?transport=udp",
        "'host: t.example.com', turn:t.example.com:3478?transport=tcp",
        "'host: t.example.com, protocol: tls', turns:t.example.com:5349?transport=tcp",
        "'host: \"2001:db8::1\", protocol: udp', 'turn:[2001:db8::1]:3478?transport=udp'"})
    void the_url_says_how_to_reach_it(String server, String url) {
        ICEServer told = told("{" + server + ", username: u, credential: c}");
        assertThat(told.getUrlsList()).containsExactly(url);
        assertThat(told.getUsername()).isEqualTo("u");
        assertThat(told.getCredential()).isEqualTo("c");
    }

    @Test
    void a_shared_secret_makes_credentials_of_the_participant_that_end() {
        ICEServer told = told("{host: t.example.com, secret: north, ttl: 600}");
        assertThat(told.getUsername()).isEqualTo("1800000600:PA_ann");
        assertThat(told.getCredential()).as("by openssl dgst -sha1 -hmac north -binary | base64").isEqualTo("FTNRHn9bi90WNIixzYgjSYx/xAU=");
    }

    @ParameterizedTest
    @CsvSource({"0, 14400", "-1, 300", "60, 60", "1000000, 86400"})
    void the_time_they_last_is_bounded(long ttl, long seconds) {
        assertThat(told("{host: t.example.com, secret: north, ttl: " + ttl + "}").getUsername()).startsWith(1_800_000_000 + seconds + ":");
    }

    @Test
    void a_secret_comes_from_a_file_unless_it_is_given() throws Exception {
        String file = secret("north\n", "rw-r-----");
        Settings settings = Loading.yaml("rtc: {turn_servers: [{host: t.example.com, secret_file: " + file + ", ttl: 600}]}").load();
        assertThat(told(settings)).containsExactly(told("{host: t.example.com, secret: north, ttl: 600}"));
        assertThat(settings.files()).contains(Path.of(file));
        assertThat(told("{host: t.example.com, secret: south, secret_file: " + file + "}")).isEqualTo(told("{host: t.example.com, secret: south}"));
    }

    @ParameterizedTest
    @CsvSource({"verysecret, rw-r--r--, is open to everybody", "' ', rw-------, is empty"})
    void a_file_that_others_may_read_or_without_a_secret_is_refused(String contents, String permissions, String why) throws Exception {
        String file = secret(contents, permissions);
        assertThat(Loading.yaml("rtc: {turn_servers: [{host: t.example.com, secret_file: " + file + "}]}").faults())
                .singleElement().asString().startsWith("rtc.turn_servers[].secret_file: ").contains(why).doesNotContain("verysecret");
    }

    @Test
    void no_configuration_has_the_secrets() {
        Settings settings = Loading.yaml("rtc: {stun_servers: [s.example.com:1], turn_servers: [{host: t.example.com, secret: verysecret, credential: mostsecret}]}").load();
        var all = Configurations.of(Loading.TABLE, settings);
        assertThat((String[]) all.get("io.stoa.server").get("stunServers")).containsExactly("s.example.com:1");
        assertThat(all.toString()).doesNotContain("verysecret", "mostsecret");
    }

    private String secret(String contents, String permissions) throws IOException {
        Path file = folder.resolve("secret");
        Files.writeString(file, contents);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file.toString();
    }
}
