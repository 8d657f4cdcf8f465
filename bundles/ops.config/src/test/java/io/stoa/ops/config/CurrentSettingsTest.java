package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A file that changes under a running server. */
class CurrentSettingsTest {
    static final String KEYS = "keys: {APIone: " + Loading.SECRET + "}\n";

    @TempDir Path folder;
    final Map<String, Map<String, Object>> written = new HashMap<>();
    final LoggerContext loggers = new LoggerContext();
    final ServerSettings server = new ServerSettings();
    final ListAppender<ILoggingEvent> log = new ListAppender<>();
    final ch.qos.logback.classic.Logger logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(CurrentSettings.class);
    CurrentSettings settings;
    long modifiedSeconds = 1_700_000_000;

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
    }

    @Test
    void limits_room_defaults_keys_and_levels_change_at_once() throws Exception {
        start(KEYS);
        change("""
                keys: {APItwo: %s}
                limit: {max_metadata_size: 10}
                room: {empty_timeout: 5, enabled_codecs: [{mime: audio/opus}]}
                region: south
                logging: {level: warn, component_levels: {room: debug}}
                """.formatted(Loading.SECRET));
        assertThat(written.get("io.stoa.limit")).containsEntry("maxMetadataSize", 10L);
        assertThat(written.get("io.stoa.room")).containsEntry("emptyTimeout", 5L);
        assertThat((String[]) written.get("io.stoa.room").get("enabledCodecs")).containsExactly("audio/opus", "video/rtx");
        assertThat(written.get("io.stoa.server")).containsEntry("region", "south");
        assertThat(settings.keys().secret("APIone")).isEmpty();
        assertThat(settings.keys().firstKey()).contains("APItwo");
        assertThat(loggers.getLogger("io.stoa").getLevel()).isEqualTo(Level.WARN);
        assertThat(loggers.getLogger("io.stoa.room").getLevel()).isEqualTo(Level.DEBUG);
        change(KEYS);
        assertThat(written.get("io.stoa.limit")).containsEntry("maxMetadataSize", 524288L);
        assertThat(written.get("io.stoa.server")).doesNotContainKey("region");
        assertThat(loggers.getLogger("io.stoa").getLevel()).isEqualTo(Level.INFO);
        assertThat(loggers.getLogger("io.stoa.room").getLevel()).as("as its parent").isNull();
    }

    @Test
    void turn_servers_change_at_once() throws Exception {
        start(KEYS + "rtc: {turn_servers: [{host: one, username: u, credential: c}]}\n");
        assertThat(settings.turnServers().of("PA_ann")).singleElement().asString().contains("turn:one:");
        change(KEYS + "rtc: {turn_servers: [{host: two, username: u, credential: c}], stun_servers: [s:1]}\n");
        assertThat(settings.turnServers().of("PA_ann")).singleElement().asString().contains("turn:two:");
        assertThat((String[]) written.get("io.stoa.server").get("stunServers")).containsExactly("s:1");
        change(KEYS);
        assertThat(settings.turnServers().of("PA_ann")).isEmpty();
    }

    @Test
    void ports_wait_for_a_restart_and_that_is_said() throws Exception {
        start(KEYS);
        change(KEYS + "port: 1\nrtc: {udp_port: 5}\nlimit: {num_tracks: 3}\n");
        assertThat(written.get("io.stoa.http")).containsEntry("port", 7880L);
        assertThat(written.get("io.stoa.rtc")).doesNotContainKey("udpPort");
        assertThat(written.get("io.stoa.limit")).containsEntry("numTracks", 3L);
        assertThat(server.port()).isEqualTo(7880);
        assertThat(messages()).anyMatch(line -> line.equals("these keys changed and wait for a restart: port, rtc.udp_port"));
    }

    @Test
    void a_bad_file_is_refused_as_a_whole_and_the_old_one_stays() throws Exception {
        start(KEYS + "limit: {num_tracks: 1}\n");
        change("keys: {APItwo: " + Loading.SECRET + "}\nlimit: {num_tracks: 2, max_metadata_size: much}\nlogging: {level: error}\n");
        assertThat(written.get("io.stoa.limit")).containsEntry("numTracks", 1L);
        assertThat(settings.keys().firstKey()).contains("APIone");
        assertThat(loggers.getLogger("io.stoa").getLevel()).isEqualTo(Level.INFO);
        assertThat(messages()).anyMatch(line -> line.contains("refused as a whole") && line.contains("limit.max_metadata_size (line 2): \"much\""));
        change(KEYS + "limit: {num_tracks: 2}\n");
        assertThat(written.get("io.stoa.limit")).as("mended").containsEntry("numTracks", 2L);
    }

    @Test
    void a_file_that_goes_or_is_being_written_changes_nothing() throws Exception {
        start(KEYS + "limit: {num_tracks: 1}\n");
        Files.delete(file());
        settings.look();
        settings.look();
        assertThat(messages()).anyMatch(line -> line.contains("does not exist"));
        assertThat(settings.keys().firstKey()).contains("APIone");
        write("");
        settings.look();
        write(KEYS + "limit: {num_tracks: 4}\n");
        settings.look();
        assertThat(messages()).as("an empty file between two looks was not taken").noneMatch(line -> line.contains("must be provided"));
        settings.look();
        assertThat(written.get("io.stoa.limit")).containsEntry("numTracks", 4L);
    }

    @Test
    void a_key_file_is_followed_too() throws Exception {
        Path keys = folder.resolve("keys");
        Files.writeString(keys, "APIone: " + Loading.SECRET);
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        start("key_file: " + keys);
        Files.writeString(keys, "APItwo: " + Loading.SECRET + "\nAPIthree: " + Loading.SECRET);
        settings.look();
        settings.look();
        assertThat(settings.keys().firstKey()).contains("APItwo");
        assertThat(settings.keys().secret("APIthree")).contains(Loading.SECRET);
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(keys, "APIfour: " + Loading.SECRET);
        settings.look();
        settings.look();
        assertThat(settings.keys().firstKey()).as("open to everybody: refused").contains("APItwo");
    }

    @Test
    void a_key_without_effect_is_reported_once() throws Exception {
        start(KEYS + "redis: {pool_size: 1}\n");
        change(KEYS + "redis: {pool_size: 1}\nregion: a\n");
        change(KEYS);
        change(KEYS + "redis: {pool_size: 1, pool_timeout: 1s}\n");
        assertThat(messages().stream().filter(line -> line.startsWith("no effect here: "))).hasSize(2);
        assertThat(messages()).anyMatch(line -> line.startsWith("no effect here: redis.pool_size (")).anyMatch(line -> line.startsWith("no effect here: redis.pool_timeout ("));
    }

    private Path file() {
        return folder.resolve("livekit.yaml");
    }

    private void start(String text) throws Exception {
        write(text);
        settings = new CurrentSettings(Loading.TABLE, Loading.of("--config", file().toString()).loader(), written::put, new LogLevels(loggers), server);
        settings.publish();
    }

    private void change(String text) throws IOException {
        write(text);
        settings.look(); // it may still be written
        settings.look();
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
        Files.setLastModifiedTime(file(), FileTime.fromMillis(modifiedSeconds++ * 1000));
    }

    private List<String> messages() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
