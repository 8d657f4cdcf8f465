package io.stoa.ops.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.ParticipantReport.Connection;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RoomsTest {
    private static final long NOW = 1_000_000_000L;

    private final Room lobby = Room.newBuilder()
            .setName("lobby")
            .setSid("RM_1")
            .setNumParticipants(2)
            .setNumPublishers(1)
            .setMetadata("äöü")
            .setCreationTimeMs(NOW - 3_725_000)
            .build();
    private final ParticipantReport ann = new ParticipantReport(
            ParticipantInfo.newBuilder()
                    .setIdentity("ann\u001b[2J")
                    .setSid("PA_ann")
                    .setState(ParticipantInfo.State.ACTIVE)
                    .setJoinedAtMs(NOW - 61_000)
                    .addTracks(TrackInfo.newBuilder()
                            .setSid("TR_cam")
                            .setName("camera")
                            .setSource(TrackSource.CAMERA)
                            .setMimeType("video/VP8")
                            .setMuted(true)
                            .addLayers(VideoLayer.newBuilder().setQuality(VideoQuality.LOW).setWidth(320).setHeight(180))
                            .addLayers(VideoLayer.newBuilder().setQuality(VideoQuality.HIGH).setWidth(1280).setHeight(720)))
                    .build(),
            ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setVersion("2.15.0").setBrowser("Chrome").setBrowserVersion("140").setOs("linux").build(),
            true,
            List.of(new Connection("SINGLE", "CONNECTED", "UDP 10.0.0.1:7882 <- 10.0.0.2:40000", 12.34)),
            Set.of());
    private final ParticipantReport bob = new ParticipantReport(
            ParticipantInfo.newBuilder().setIdentity("bob").setSid("PA_bob").build(), ClientInfo.getDefaultInstance(), false,
            List.of(new Connection("PUBLISHER", "NEW", "", 0), new Connection("SUBSCRIBER", "CONNECTED", "TCP a <- b", 3)), Set.of("TR_cam"));
    private List<ParticipantReport> inside = List.of(ann, bob);
    private List<String> reasons = List.of();

    private final RoomManager manager = played(RoomManager.class, Map.of(
            "rooms", given -> List.of(room()), "room", given -> given[0].equals("lobby") ? Optional.of(room()) : Optional.empty()));
    private final Rooms rooms = new Rooms(() -> Optional.of(manager), () -> NOW);

    private LiveRoom room() {
        return played(LiveRoom.class, Map.of(
                "info", given -> lobby, "inspect", given -> inside, "explain", given -> given[1].equals("TR_cam") ? reasons : List.of("NO_SUCH_TRACK: none")));
    }

    private static <T> T played(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> methods.get(method.getName()).apply(given)));
    }

    @Test
    void rooms_are_a_table() {
        assertThat(rooms.rooms()).isEqualTo("""
                ROOM   SID   PARTICIPANTS  PUBLISHERS  AGE   METADATA BYTES
                lobby  RM_1  2             1           1h2m  6""");
        assertThat(rooms.rooms("--json")).contains("\"room\": \"lobby\"", "\"participants\": 2", "\"metadataBytes\": 6");
    }

    @Test
    void participants_are_shown_with_client_and_path_and_what_they_chose_does_not_move_the_terminal() throws RoomException {
        List<String> lines = rooms.participants("lobby").lines().toList();
        assertThat(lines.get(1)).startsWith("ann?[2J ").contains("PA_ann", "ACTIVE", "js 2.15.0, Chrome 140, linux", "yes", "SINGLE CONNECTED",
                "UDP 10.0.0.1:7882 <- 10.0.0.2:40000", "12.3 ms", "1m1s");
        assertThat(lines.get(2)).contains("bob", "PUBLISHER NEW, SUBSCRIBER CONNECTED", "TCP a <- b", "3.0 ms", "no");
        assertThat(lines).hasSize(3);
        assertThat(rooms.participants("lobby", "--json")).contains("\"roundTrip\": \"12.3 ms\"").doesNotContain("\u001b");
        inside = List.of();
        assertThat(rooms.participants("lobby")).isEqualTo("nobody is in the room");
        assertThat(rooms.tracks("lobby")).isEqualTo("nothing is published in the room");
    }

    @Test
    void tracks_are_shown_with_who_receives_them() throws RoomException {
        assertThat(rooms.tracks("lobby").lines().toList().get(1)).contains("TR_cam", "CAMERA", "video/VP8", "LOW 320x180, HIGH 1280x720", "yes", "bob");
    }

    @Test
    void why_names_the_reasons() throws RoomException {
        assertThat(rooms.why("lobby", "bob", "TR_cam")).isEqualTo("TR_cam to bob: packets flow");
        reasons = List.of("MUTED: the publisher has muted the track", "PAUSED: off");
        assertThat(rooms.why("lobby", "bob", "camera")).isEqualTo("""
                TR_cam to bob:
                  MUTED: the publisher has muted the track
                  PAUSED: off""");
        assertThat(rooms.why("lobby", "bob", "nothing")).contains("NO_SUCH_TRACK");
        inside = List.of(ann, new ParticipantReport(ann.info().toBuilder().setTracks(0, ann.info().getTracks(0).toBuilder().setSid("TR_2")).build(),
                ann.client(), true, List.of(), Set.of()));
        assertThatThrownBy(() -> rooms.why("lobby", "bob", "camera")).hasMessage("several tracks are called camera: TR_cam, TR_2");
    }

    @Test
    void bad_arguments_are_answered_with_the_usage() {
        assertThatThrownBy(() -> rooms.rooms("lobby")).hasMessage("usage: rooms [--json]");
        assertThatThrownBy(() -> rooms.participants()).hasMessage("usage: participants <room> [--json]");
        assertThatThrownBy(() -> rooms.tracks("lobby", "--xml")).hasMessage("usage: tracks <room> [--json]");
        assertThatThrownBy(() -> rooms.participants("hall")).hasMessage("no room \"hall\" is open on this node");
        Rooms without = new Rooms(Optional::empty, () -> NOW);
        assertThatThrownBy(() -> without.rooms()).hasMessage("there is no room manager: \"why RoomManager\" says why");
    }

    @Test
    void components_are_asked_of_whoever_knows_them() throws RoomException {
        RoomCommands commands = new RoomCommands(manager, command -> "answer to " + command);
        assertThat(commands.why()).isEqualTo("answer to why");
        assertThat(commands.why("http", "media")).isEqualTo("answer to why http media");
        assertThat(commands.why("lobby", "bob", "TR_cam")).isEqualTo("TR_cam to bob: packets flow");
        assertThat(commands.drain()).isEqualTo("answer to drain");
        assertThatThrownBy(() -> commands.why("--all")).hasMessageStartingWith("usage: why ");
        assertThatThrownBy(() -> new RoomCommands(null, null).status()).hasMessageContaining("ops.config");
    }

    @Test
    void durations_are_short() {
        assertThat(List.of(Rooms.duration(-5), Rooms.duration(59_999), Rooms.duration(60_000), Rooms.duration(90_000_000)))
                .containsExactly("0s", "59s", "1m0s", "1d1h");
    }
}
