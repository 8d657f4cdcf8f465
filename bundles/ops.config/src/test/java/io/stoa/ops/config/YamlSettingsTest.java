package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of livekit.yaml: what is taken, and how what is not is told. */
class YamlSettingsTest {
    @Test
    void takes_values_of_all_shapes() {
        Settings settings = Loading.yaml("""
                port: 7000
                bind_addresses: ["127.0.0.1", "::1"]
                region: 12
                rtc:
                  udp_port: 7882-7892
                  node_ip: {ipv4: 192.0.2.1, ipv6: "2001:db8::1"}
                  interfaces: {includes: [eth0]}
                  turn_servers:
                    - {host: turn.example.com, port: 443, protocol: tls, username: u, credential: 123}
                  congestion_control: {stream_allocator: {paused_min_wait: 1m30s}}
                room:
                  enabled_codecs: [{mime: audio/opus}, {mime: video/VP8}]
                  room_configurations:
                    lobby: {empty_timeout: 60, max_participants: 5, metadata: "true"}
                logging:
                  component_levels: {room: debug, edge.rtc: warn}
                """).load();
        assertThat(settings.number("port")).isEqualTo(7000);
        assertThat(settings.list("bind_addresses")).containsExactly("127.0.0.1", "::1");
        assertThat(settings.text("region")).as("the table says what is text, not the look of it").contains("12");
        assertThat(settings.text("rtc.udp_port")).contains("7882-7892");
        assertThat(settings.text("rtc.node_ip")).contains("192.0.2.1,2001:db8::1");
        assertThat(settings.list("rtc.interfaces.includes")).containsExactly("eth0");
        assertThat(settings.list("rtc.turn_servers")).singleElement().isEqualTo(
                Map.of("host", "turn.example.com", "port", 443L, "protocol", "tls", "username", "u", "credential", "123"));
        assertThat(settings.values().get("rtc.congestion_control.stream_allocator.paused_min_wait")).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.list("room.enabled_codecs")).isEqualTo(List.of(Map.of("mime", "audio/opus"), Map.of("mime", "video/VP8")));
        assertThat(settings.map("room.room_configurations")).containsOnlyKeys("lobby");
        assertThat(settings.map("logging.component_levels")).isEqualTo(Map.of("room", "debug", "edge.rtc", "warn"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "null", "~", "---\n", "port:\n", "rtc: ~\n", "rtc: {}\n", "sip: {}\n"})
    void nothing_said_means_defaults(String text) {
        Settings settings = Loading.yaml(text).load();
        assertThat(settings.number("port")).isEqualTo(7880);
        assertThat(settings.number("rtc.tcp_port")).isEqualTo(7881);
    }

    @Test
    void merges_maps_and_follows_anchors() {
        Settings settings = Loading.yaml("""
                rtc: &base {tcp_port: 1000, force_tcp: true}
                limit: {max_metadata_size: &size 5, max_attributes_size: *size}
                """).load();
        assertThat(settings.number("limit.max_attributes_size")).isEqualTo(5);
        Settings merged = Loading.yaml("""
                room:
                  room_configurations: {}
                  playout_delay: &delay {enabled: true, min: 100}
                audio: {<<: {active_level: 50, min_percentile: 1}, min_percentile: 2}
                """).load();
        assertThat(merged.number("audio.active_level")).isEqualTo(50);
        assertThat(merged.number("audio.min_percentile")).isEqualTo(2);
        Settings first = Loading.yaml("audio: {<<: [{active_level: 1}, {active_level: 2, min_percentile: 3}]}").load();
        assertThat(first.number("audio.active_level")).isEqualTo(1);
        assertThat(first.number("audio.min_percentile")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "port: abc|port (line 1): \"abc\" is not allowed; allowed: a whole number from 0 to 65535",
        "port: \"7880\"|port (line 1): \"7880\" is not allowed; allowed: a whole number from 0 to 65535",
        "port: [1]|port (line 1): a list is not allowed; allowed: a whole number from 0 to 65535",
        "port: {a: 1}|port (line 1): a map is not allowed; allowed: a whole number from 0 to 65535",
        "rtc: 5|rtc (line 1): \"5\" is not allowed; allowed: a map of ",
        "development: maybe|development (line 1): \"maybe\" is not allowed; allowed: true or false",
        "bind_addresses: 127.0.0.1|bind_addresses (line 1): \"127.0.0.1\" is not allowed; allowed: a list, each element a text",
        "rtc: {ips: {includes: [10.0.0.0/8, x]}}|rtc.ips.includes[1] (line 1): \"x\" is not allowed; allowed: an address block such as 10.0.0.0/8",
        "rtc: {udp_port: 99999}|rtc.udp_port (line 1): \"99999\" is not allowed; allowed: a port from 1 to 65535, or a range such as 7882-7892",
        "rtc: {node_ip: {ipv5: 1}}|rtc.node_ip (line 1): a map is not allowed; allowed: an address",
        "rtc: {turn_servers: {host: a}}|rtc.turn_servers (line 1): a map is not allowed; allowed: a list of maps of host, port",
        "rtc: {turn_servers: [5]}|rtc.turn_servers[0] (line 1): \"5\" is not allowed; allowed: a map of host, port",
        "rtc: {turn_servers: [{host: a, protocol: sctp}]}|rtc.turn_servers[0].protocol (line 1): \"sctp\" is not allowed; allowed: one of tls, tcp, udp",
        "logging: {level: loud}|logging.level (line 1): \"loud\" is not allowed; allowed: one of debug, info, warn, error",
        "rtc: {pli_throttle: {low_quality: fast}}|rtc.pli_throttle.low_quality (line 1): \"fast\" is not allowed; allowed: a duration such as 500ms",
        "room: {room_configurations: {lobby: 5}}|room.room_configurations.lobby (line 1): \"5\" is not allowed; allowed: a map with fields of RoomConfiguration",
        "room: {room_configurations: {lobby: {empty_timeout: soon}}}|room.room_configurations.lobby (line 1): ",
        "room: {room_configurations: {lobby: {colour: red}}}|room.room_configurations.lobby (line 1): ",
        "sip: {a: 1}|sip (line 1): a map is not allowed; allowed: an empty map",
        "port: 1\\nport: 2|port (line 2): stands twice",
        "keys: [a]|keys (line 1): a list is not allowed; allowed: a map",
        "- a|LIVEKIT: not a map of keys",
    })
    void says_key_value_and_what_is_allowed(String text, String fault) {
        List<String> faults = Loading.yaml(text.replace("\\n", "\n")).faults();
        assertThat(faults).singleElement().asString().contains(fault.startsWith("LIVEKIT") ? "not a map of keys" : fault);
    }

    @ParameterizedTest
    @CsvSource({
        "prot: 1, did you mean port?",
        "tcp_port: 1, did you mean rtc.tcp_port?",
        "'rtc: {tcp_prot: 1}', did you mean rtc.tcp_port?",
        "'limit: {num_track: 1}', did you mean limit.num_tracks?",
        "debug_handler_port: 1, did you mean debug_handler.port?",
        "'rtc: {turn_servers: [{hots: a, username: b, credential: c}]}', did you mean rtc.turn_servers[0].host?",
        "'rtc: {wholly_other_thing_that_is_nowhere: 1}', 'allowed here: udp_port, '",
    })
    void an_unknown_key_gets_a_hint(String text, String hint) {
        assertThat(Loading.yaml(text).faults()).anyMatch(fault -> fault.contains(": unknown key; ") && fault.contains(hint));
    }

    @Test
    void tells_all_faults_at_once_but_not_more_than_a_screen() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100; i++) text.append("unknown").append(i).append(": 1\n");
        assertThat(Loading.yaml("port: x\nprot: 1\nrtc: {tcp_port: y}").faults()).hasSize(3);
        assertThat(new ConfigException(Loading.yaml(text.toString()).faults()).getMessage().lines()).hasSizeLessThan(20).last().asString().contains("more");
    }

    @Test
    void secrets_are_not_shown() {
        assertThat(Loading.of("--config-body", "keys: {APIone: [verysecret]}").faults()).isNotEmpty().noneMatch(fault -> fault.contains("verysecret"));
        Settings settings = Loading.of("--config-body", "keys: {APIone: verysecret}").load();
        assertThat(settings.toString() + settings.warnings()).doesNotContain("verysecret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"port: [", "a: b: c", "\tport: 1", "port: 1\n  rtc: 2", "%YAML 9.9\n---\na: b", "--- 1\n--- 2", "a: *nobody", "\u0001"})
    void what_is_no_yaml_is_told_as_such(String text) {
        assertThat(Loading.yaml(text).faults()).singleElement().asString().contains("not YAML");
    }

    @Test
    void recursion_and_expansion_come_to_an_end() {
        assertThat(Loading.yaml("room: {room_configurations: &x {a: *x}}").faults()).isNotEmpty();
        assertThat(Loading.yaml("audio: &x {<<: *x}").faults()).isNotEmpty();
        assertThat(Loading.yaml("audio: &x {<<: &y {<<: *x}}").faults()).isNotEmpty();
        StringBuilder laughs = new StringBuilder("room:\n  room_configurations:\n    a: &a0 {metadata: x}\n");
        for (int i = 1; i < 30; i++)
            laughs.append("    b").append(i).append(": &a").append(i).append(" [").append("*a").append(i - 1).append(", *a").append(i - 1).append("]\n");
        assertThat(Loading.yaml(laughs.toString()).faults()).isNotEmpty();
    }
}
