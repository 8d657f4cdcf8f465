package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Configurations that are nearly right: settings, or faults that say something; nothing else is thrown. */
class SettingsMutationTest {
    static final long SEED = 20260;
    static final int INPUTS = 4_000;
    static final String[] PIECES = {"port: ", "rtc: {", "udp_port: ", "7882-7892", "&a ", "*a", "<<: ", "[", "]", "{", "}", ": ", "\n", "  ", "- ", "!!int ", "? ",
        "|\n", "'", "\"", "~", "---\n", "#", "\t", "\u0000", "\ud800", "99999999999999999999", "1e999", "-", "*", ","};
    static final String SAMPLE = """
            port: 7880
            keys: {APIone: secret}
            rtc: &rtc
              udp_port: 7882-7892
              node_ip: {ipv4: 192.0.2.1}
              ips: {includes: [10.0.0.0/8]}
              turn_servers: [{host: a, port: 1, protocol: tls, secret: s}]
              pli_throttle: {low_quality: 500ms}
            audio: {<<: {active_level: 5}}
            room:
              enabled_codecs: [{mime: audio/opus}, {mime: video/VP8, fmtp_line: x}]
              room_configurations: {lobby: &lobby {empty_timeout: 60, tags: {a: b}}, hall: *lobby}
            logging: {level: info, component_levels: {room: debug}}
            limit: {bytes_per_sec: 1_000.5, num_tracks: 0x10}
            """;

    @Test
    void what_is_nearly_right_is_settings_or_faults() {
        Random random = new Random(SEED);
        for (int i = 0; i < INPUTS; i++) {
            String text = mutated(random);
            try {
                settingsOrFaults(text);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", input " + i + ":\n" + text, e);
            }
        }
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(SAMPLE);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> text.replace(from, to, PIECES[random.nextInt(PIECES.length)]);
                default -> text.insert(from, text.substring(random.nextInt(from + 1), from));
            }
        }
        return text.toString();
    }

    static void settingsOrFaults(String text) {
        try {
            Settings settings = Loading.yaml(text).loader().load();
            Configurations.of(Loading.TABLE, settings);
            LogLevels.of(settings);
        } catch (ConfigException e) {
            assertThat(e.faults()).isNotEmpty().allSatisfy(fault -> assertThat(fault).isNotBlank());
        }
    }
}
