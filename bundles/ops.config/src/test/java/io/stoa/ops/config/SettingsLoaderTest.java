package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File, environment and command line together, and what follows from them (spec 11.1, 11.3, 11.4). */
class SettingsLoaderTest {
    static final String KEYS = "keys: {APIone: " + Loading.SECRET + "}\n";

    @TempDir Path folder;

    @Test
    void flags_win_over_variables_and_variables_over_the_file() throws Exception {
        String file = file("livekit.yaml", KEYS + "port: 1\nrtc: {tcp_port: 1}\nregion: one\nlimit: {num_tracks: 1}\n");
        Settings settings = Loading.of("--config", file, "--region", "three", "--rtc.tcp_port=3")
                .variable("LIVEKIT_REGION", "two").variable("LIVEKIT_RTC_TCP_PORT", "2").variable("LIVEKIT_LIMIT_NUM_TRACKS", "2").load();
        assertThat(settings.number("port")).isEqualTo(1);
        assertThat(settings.number("limit.num_tracks")).isEqualTo(2);
        assertThat(settings.number("rtc.tcp_port")).isEqualTo(3);
        assertThat(settings.text("region")).contains("three");
        assertThat(settings.files()).containsExactly(Path.of(file));
    }

    @Test
    void a_flag_wins_over_any_variable_for_the_same_key() {
        Settings settings = Loading.of("--dev", "--udp-port", "5").variable("UDP_PORT", "1").variable("LIVEKIT_RTC_UDP_PORT", "9").load();
        assertThat(settings.text("rtc.udp_port")).contains("5");
    }

    @Test
    void the_body_wins_over_the_file_and_an_empty_variable_says_nothing() throws Exception {
        String file = file("livekit.yaml", KEYS + "port: 1\n");
        assertThat(Loading.of("--config", file).variable("LIVEKIT_CONFIG", KEYS + "port: 2").load().number("port")).isEqualTo(2);
        assertThat(Loading.of("--config", file).variable("LIVEKIT_CONFIG", " ").variable("NODE_IP", "").load().number("port")).isEqualTo(1);
    }

    @Test
    void the_short_names_of_the_command_line_and_of_the_environment_reach_their_keys() {
        Settings settings = Loading.of("--keys", "APIone: " + Loading.SECRET, "--node-ip=192.0.2.9", "--bind", "127.0.0.1", "--bind", "::1", "--redis-host", "r:1")
                .variable("UDP_PORT", "7882-7885").variable("LIVEKIT_TURN_CERT", "c").variable("REDIS_PASSWORD", "p").load();
        assertThat(settings.text("rtc.node_ip")).contains("192.0.2.9");
        assertThat(settings.list("bind_addresses")).containsExactly("127.0.0.1", "::1");
        assertThat(settings.text("rtc.udp_port")).contains("7882-7885");
        assertThat(settings.text("redis.address")).contains("r:1");
        assertThat(settings.text("redis.password")).contains("p");
        assertThat(settings.text("turn.cert_file")).contains("c");
    }

    @Test
    void durable_records_are_in_redis_if_there_is_one_else_in_a_file_and_in_development_in_memory() {
        assertThat(Loading.yaml("").load().text("store.kind")).contains("file");
        assertThat(Loading.of("--dev").load().text("store.kind")).contains("memory");
        assertThat(Loading.of("--dev", "--redis-host", "r:1").load().text("store.kind")).contains("redis");
        assertThat(Loading.yaml("redis: {cluster_addresses: ['r:1']}").load().text("store.kind")).contains("redis");
        assertThat(Loading.yaml("redis: {address: 'r:1'}\nstore: {kind: file}").load().text("store.kind")).contains("file");
    }

    @Test
    void switches_need_no_value_and_durations_are_nanoseconds() {
        Settings settings = Loading.of("--dev", "--rtc.force_tcp", "--node_stats.stats_max_delay", "5000000000").variable("LIVEKIT_ROOM_AUTO_CREATE", "false").load();
        assertThat(settings.flag("rtc.force_tcp")).isTrue();
        assertThat(settings.flag("room.auto_create")).isFalse();
        assertThat(settings.values().get("node_stats.stats_max_delay")).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void what_is_wrong_on_the_command_line_is_named() {
        assertThat(Loading.of("--dev", "--prot", "1").faults()).containsExactly("--prot: unknown option; did you mean --port?", "1: not an option and not a command; bin/stoa --help lists both");
        assertThat(Loading.of("--dev", "--port").faults()).singleElement().asString().contains("--port: a value must follow");
        assertThat(Loading.of("--dev=perhaps").faults()).singleElement().asString().contains("--dev: \"perhaps\" is not allowed");
        assertThat(Loading.of("--dev", "--port", "x").faults()).containsExactly("--port: \"x\" is not allowed; allowed: a whole number from 0 to 65535");
        assertThat(Loading.of("--dev").variable("LIVEKIT_PORT", "x").faults()).singleElement().asString().startsWith("LIVEKIT_PORT: \"x\"");
        assertThat(Loading.of("start").faults()).singleElement().asString().startsWith("start: not an option");
        assertThat(Loading.of("--dev", "--keys", "nonsense").faults()).singleElement().asString().contains("--keys: allowed: lines of the form");
    }

    @Test
    void lenient_starts_pass_over_unknown_keys_and_say_so() {
        Settings settings = Loading.of("--config-body", KEYS + "colour: red", "--disable-strict-config").load();
        assertThat(settings.warnings()).singleElement().asString().startsWith("colour (line 2): unknown key");
        assertThat(Loading.of("--config-body", KEYS + "port: red", "--disable-strict-config").faults()).hasSize(1);
    }

    @Test
    void a_server_without_keys_does_not_start() {
        assertThat(Loading.of().faults()).singleElement().asString().startsWith("one of key-file or keys must be provided");
        assertThat(Loading.of("--config-body", "keys: {APIone: ''}").faults()).containsExactly("keys: a key and its secret may not be empty");
    }

    @Test
    void short_secrets_are_warned_of_unless_in_development() {
        assertThat(Loading.of("--keys", "APIone: brief").load().warnings()).singleElement().asString().contains("APIone").doesNotContain("brief");
        assertThat(Loading.of("--keys", "APIone: short", "--dev").load().warnings()).isEmpty();
    }

    @Test
    void development_brings_keys_loopback_and_one_port() {
        Settings settings = Loading.of("--dev").load();
        assertThat(settings.keys()).containsExactly(java.util.Map.entry("devkey", "secret"));
        assertThat(settings.list("bind_addresses")).containsExactly("127.0.0.1", "::1");
        assertThat(settings.text("rtc.udp_port")).contains("7882");
        assertThat(settings.text("logging.level")).contains("debug");
        assertThat(settings.flag("development")).isTrue();
    }

    @Test
    void development_with_keys_or_addresses_of_ones_own_keeps_them() {
        Settings keyed = Loading.of("--dev", "--keys", "APIone: s").load();
        assertThat(keyed.keys()).containsOnlyKeys("APIone");
        assertThat(keyed.list("bind_addresses")).isEmpty();
        Settings reachable = Loading.of("--dev", "--bind", "192.0.2.7").load();
        assertThat(reachable.list("bind_addresses")).containsExactly("192.0.2.7");
        assertThat(reachable.list("rtc.ips.includes")).containsExactly("192.0.2.7/24");
        assertThat(Loading.of("--dev", "--bind", "0.0.0.0").load().list("rtc.ips.includes")).isEmpty();
    }

    @Test
    void ports_of_media_default_to_a_range_only_where_nothing_is_set() {
        assertThat(Loading.yaml("").load().number("rtc.port_range_start")).isEqualTo(50000);
        assertThat(Loading.yaml("").load().number("rtc.port_range_end")).isEqualTo(60000);
        assertThat(Loading.yaml("rtc: {port_range_start: 40000, port_range_end: 40100}").load().number("rtc.port_range_end")).isEqualTo(40100);
        assertThat(Loading.yaml("rtc: {port_range_start: 40000, port_range_end: 30000}").faults()).singleElement().asString().contains("rtc.port_range_end: 30000");
    }

    @Test
    void deprecated_keys_reach_the_current_ones() {
        Settings settings = Loading.yaml("log_level: warn\nlogging: {level: debug}\nroom: {max_metadata_size: 7, max_room_name_length: 8, max_participant_identity_length: 0}\n").load();
        assertThat(settings.text("logging.level")).contains("warn");
        assertThat(settings.number("limit.max_metadata_size")).isEqualTo(7);
        assertThat(settings.number("limit.max_room_name_length")).isEqualTo(8);
        assertThat(settings.number("limit.max_participant_identity_length")).isEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "prometheus: {port: 1, username: a}", "turn: {enabled: true}", "turn: {enabled: true, tls_port: 5349}", "webhook: {urls: [http://a], api_key: APItwo}", "webhook: {urls: [nowhere]}",
        "turn: {enabled: true, udp_port: 3478, domain: 'turn example'}", "turn: {enabled: true, tls_port: 5349, domain: -turn.example.com}",
        "turn: {relay_range_start: 9, relay_range_end: 8}",
        "rtc: {turn_servers: [{host: a}]}", "rtc: {turn_servers: [{username: a, credential: b}]}", "rtc: {turn_servers: [{host: a, username: b}]}"})
    void what_does_not_go_together_is_refused(String text) {
        assertThat(Loading.yaml(text).faults()).hasSize(1);
    }

    @Test
    void the_older_name_of_the_port_of_metrics_wins() {
        assertThat(Loading.yaml("prometheus_port: 6789\nprometheus: {port: 1}").load().number("prometheus.port")).isEqualTo(6789);
        assertThat(Loading.yaml("prometheus: {port: 6790}").load().number("prometheus.port")).isEqualTo(6790);
    }

    @Test
    void a_range_of_relay_ports_has_both_ends_or_is_the_default() {
        assertThat(relays(Loading.yaml(KEYS).load())).containsExactly(30_000L, 40_000L);
        assertThat(relays(Loading.of("--dev").load())).containsExactly(30_000L, 30_002L);
        assertThat(relays(Loading.of("--dev", "--turn.relay_range_start", "0", "--turn.relay_range_end", "7").load())).containsExactly(30_000L, 30_002L);
        assertThat(relays(Loading.of("--dev", "--turn.relay_range_start", "5", "--turn.relay_range_end", "7").load())).containsExactly(5L, 7L);
    }

    private static List<Long> relays(Settings settings) {
        return List.of(settings.number("turn.relay_range_start"), settings.number("turn.relay_range_end"));
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThat(Loading.of("--config", folder + "/none.yaml").faults()).containsExactly("--config: \"" + folder + "/none.yaml\" does not exist");
        assertThat(Loading.of("--config", folder.toString()).faults()).singleElement().asString().contains("cannot be read");
        assertThat(Loading.of("--key-file", folder + "/none").faults()).singleElement().asString().contains("does not exist");
    }

    @Test
    void a_key_file_replaces_keys_and_is_found_by_variables() throws Exception {
        file("keys", "APIfile: " + Loading.SECRET + "\n");
        Settings settings = Loading.of("--config-body", KEYS + "key_file: $PLACE/${NAME}").variable("PLACE", folder.toString()).variable("NAME", "keys").load();
        assertThat(settings.keys()).containsOnlyKeys("APIfile");
        assertThat(Loading.of("--key-file", "~/keys").variable("HOME", folder.toString()).load().keys()).containsOnlyKeys("APIfile");
        assertThat(settings.files()).containsExactly(folder.resolve("keys"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-----w-", "rwx--x--x"})
    void a_key_file_that_others_may_touch_is_refused(String permissions) throws Exception {
        String file = file("keys", "APIfile: verysecret\n");
        Files.setPosixFilePermissions(Path.of(file), PosixFilePermissions.fromString(permissions));
        assertThat(Loading.of("--key-file", file).faults()).singleElement().asString().contains("is open to everybody").contains("chmod o=").doesNotContain("verysecret");
    }

    @Test
    void a_key_file_without_lines_of_keys_is_refused() throws Exception {
        assertThat(Loading.of("--key-file", file("keys", "APIfile:verysecret\n")).faults()).singleElement().asString().contains("lines of the form").doesNotContain("verysecret");
        assertThat(Loading.of("--key-file", file("keys", "APIfile: [verysecret]\n")).faults()).singleElement().asString().contains("line 1").doesNotContain("verysecret");
    }

    private String file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        return file.toString();
    }
}
