package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each type of a key takes, and what it does not. */
class KeyTypeTest {
    @ParameterizedTest
    @CsvSource({
        "bool, true, true", "bool, YES, true", "bool, on, true", "bool, off, false", "bool, n, false",
        "port, 0, 0", "port, 65535, 65535", "port, 0x1F90, 8080", "port, 0o17, 15", "port, 7_880, 7880", "port, 1e3, 1000", "port, 7880.0, 7880",
        "uint, 4294967295, 4294967295", "int, -5, -5", "int(0..127), 127, 127",
        "float, 0.5, 0.5", "float, -1e-3, -0.001", "float, 3, 3.0",
        "string, anything, anything", "level, warn, warn", "enum(tls|tcp|udp), tcp, tcp",
        "ports, 7882, 7882", "ports, 7882-7892, 7882-7892", "ports, 7882 - 7892, 7882-7892", "ports, 0, ''",
        "nodeip, 192.0.2.1, 192.0.2.1", "nodeip, 2001:db8::1, 2001:db8::1",
        "address, redis.example.com:6379, redis.example.com:6379", "address, [::1]:1, [::1]:1", "address, '', ''", "addresses, no scalar,",
        "cidrs, no scalar,", "preset, no scalar,", "empty, no scalar,",
    })
    void reads(String type, String text, String value) {
        assertThat(KeyType.named(type).read(text).map(String::valueOf).orElse(null)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "bool; 1", "bool; tru", "port; 65536", "port; -1", "port; 78.5", "port; 1e400", "port; seven", "port; ''", "uint; -1", "uint; 4294967296",
        "int; 2147483648", "int(0..127); 128", "float; NaN", "float; 1f", "float; Infinity", "float; x", "level; loud", "enum(tls|tcp|udp); sctp",
        "ports; 70000", "ports; 10-5", "ports; 0-5", "ports; 1-2-3", "ports; -5", "ports; a-b",
        "nodeip; localhost", "nodeip; 1.2.3", "nodeip; 1.2.3.4,5.6.7.8,9.9.9.9", "nodeip; 300.1.1.1", "duration; 5 apples",
        "address; localhost", "address; localhost:0", "address; :6379", "address; ::1:6379", "address; [host]:1", "address; a:65536",
    })
    void refuses(String type, String text) {
        assertThat(KeyType.named(type).read(text)).isEmpty();
    }

    @Test
    void node_addresses_may_be_one_of_each_family() {
        assertThat(KeyType.named("nodeip").read("192.0.2.1, 2001:db8::1")).contains("192.0.2.1,2001:db8::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1/128"})
    void blocks(String block) {
        assertThat(new KeyType.Cidr().read(block)).contains(block);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "host/8", "::1/129", "10.0.0.0/8/8"})
    void no_blocks(String text) {
        assertThat(new KeyType.Cidr().read(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:7890", "https://example.com/hook?key=a", "HTTP://[::1]/"})
    void urls(String url) {
        assertThat(new KeyType.Url().read(url)).contains(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.com/hook", "ftp://example.com", "http://", "http:///hook", "http://a b", "http://a:70000", "https//example.com"})
    void no_urls(String text) {
        assertThat(new KeyType.Url().read(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "2s, PT2S", "1m30s, PT1M30S", "1.5h, PT1H30M", "0, PT0S", "-2s, PT-2S", "+2s, PT2S", "1us, PT0.000001S",
        "1µs, PT0.000001S", "250ns, PT0.00000025S", ".5s, PT0.5S", "2.s, PT2S", "1000000, PT0.001S"})
    void durations(String text, Duration duration) {
        assertThat(new KeyType.Time().read(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "5", "1m 30s", "1d", "1s2", "--1s", "9999999999999h", "1,5s", "."})
    void no_durations(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @Test
    void every_type_says_what_is_allowed() {
        for (Key key : KeyTable.load().all()) assertThat(key.type().allowed()).as(key.path()).isNotBlank();
    }
}
