package io.stoa.ops.shell;

import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.ParticipantReport.Connection;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The rooms of this node as tables, and why somebody does not see something. */
final class Rooms {
    private static final String ROOMS = "rooms [--json]";
    private static final String PARTICIPANTS = "participants <room> [--json]";
    private static final String TRACKS = "tracks <room> [--json]";

    private final Supplier<Optional<RoomManager>> manager;
    private final LongSupplier millis;

    Rooms(Supplier<Optional<RoomManager>> manager, LongSupplier millis) {
        this.manager = manager;
        this.millis = millis;
    }

    String rooms(String... arguments) {
        Request request = Request.parse(ROOMS, 0, arguments);
        Table table = new Table("room", "sid", "participants", "publishers", "age", "metadata bytes");
        manager().rooms().stream()
                .map(LiveRoom::info)
                .sorted(Comparator.comparing(Room::getName))
                .forEach(room -> table.row(room.getName(), room.getSid(), room.getNumParticipants(), room.getNumPublishers(),
                        since(room.getCreationTimeMs(), room.getCreationTime()), room.getMetadata().getBytes(StandardCharsets.UTF_8).length));
        return request.json() ? table.json() : table.text("no room is open on this node");
    }

    String participants(String... arguments) throws RoomException {
        Request request = Request.parse(PARTICIPANTS, 1, arguments);
        Table table = new Table("identity", "sid", "state", "kind", "client", "signalling", "connection", "path", "round trip", "since");
        for (ParticipantReport one : room(request.words().getFirst()).inspect()) {
            ParticipantInfo info = one.info();
            List<Connection> connections = one.connections();
            table.row(info.getIdentity(), info.getSid(), info.getState().name() + (info.getPermission().getHidden() ? " hidden" : ""), info.getKind().name(),
                    client(one.client()), one.signalled(),
                    connections.stream().map(each -> each.role() + " " + each.state()).toList(),
                    connections.stream().map(Connection::path).filter(path -> !path.isEmpty()).toList(),
                    roundTrip(connections), since(info.getJoinedAtMs(), info.getJoinedAt()));
        }
        return request.json() ? table.json() : table.text("nobody is in the room");
    }

    private static String client(ClientInfo client) {
        String sdk = client.getSdk().name().toLowerCase(Locale.ROOT) + (client.getVersion().isEmpty() ? "" : " " + client.getVersion());
        String browser = client.getBrowser().isEmpty() ? "" : ", " + client.getBrowser() + " " + client.getBrowserVersion();
        String system = client.getOs().isEmpty() ? "" : ", " + client.getOs();
        return (sdk + browser + system).strip();
    }

    private static String roundTrip(List<Connection> connections) {
        double longest = connections.stream().mapToDouble(Connection::roundTripMillis).max().orElse(0);
        return longest == 0 ? "" : String.format(Locale.ROOT, "%.1f ms", longest);
    }

    String tracks(String... arguments) throws RoomException {
        Request request = Request.parse(TRACKS, 1, arguments);
        Table table = new Table("publisher", "sid", "source", "name", "codec", "layers", "muted", "subscribers");
        List<ParticipantReport> all = room(request.words().getFirst()).inspect();
        for (ParticipantReport publisher : all)
            for (TrackInfo track : publisher.info().getTracksList())
                table.row(publisher.info().getIdentity(), track.getSid(), track.getSource().name(), track.getName(), track.getMimeType(), layers(track),
                        track.getMuted(), all.stream().filter(one -> one.receives().contains(track.getSid())).map(one -> one.info().getIdentity()).toList());
        return request.json() ? table.json() : table.text("nothing is published in the room");
    }

    private static List<String> layers(TrackInfo track) {
        return track.getLayersList().stream().map(Rooms::size).toList();
    }

    private static String size(VideoLayer layer) {
        return layer.getQuality().name() + " " + layer.getWidth() + "x" + layer.getHeight();
    }

    /** @param wanted a track's sid or name */
    String why(String roomName, String subscriber, String wanted) throws RoomException {
        LiveRoom room = room(roomName);
        String sid = track(room, wanted);
        List<String> reasons = room.explain(subscriber, sid);
        String what = Table.harmless(sid + " to " + subscriber);
        if (reasons.isEmpty()) return what + ": packets flow";
        return what + ":\n" + reasons.stream().map(reason -> "  " + Table.harmless(reason)).collect(Collectors.joining("\n"));
    }

    private static String track(LiveRoom room, String wanted) throws RoomException {
        List<String> named = new ArrayList<>();
        for (ParticipantReport one : room.inspect())
            for (TrackInfo track : one.info().getTracksList()) {
                if (track.getSid().equals(wanted)) return wanted;
                if (track.getName().equals(wanted)) named.add(track.getSid());
            }
        if (named.size() > 1) throw new IllegalArgumentException("several tracks are called " + wanted + ": " + String.join(", ", named));
        return named.isEmpty() ? wanted : named.getFirst(); // announced ones are not in there; the room knows
    }

    private LiveRoom room(String name) {
        return manager().room(name).orElseThrow(() -> new IllegalArgumentException("no room \"" + Table.harmless(name) + "\" is open on this node"));
    }

    private RoomManager manager() {
        return manager.get().orElseThrow(() -> new IllegalStateException("there is no room manager: \"why RoomManager\" says why"));
    }

    private String since(long beginMillis, long beginSeconds) {
        long begin = beginMillis > 0 ? beginMillis : beginSeconds * 1_000;
        return begin == 0 ? "" : duration(millis.getAsLong() - begin);
    }

    static String duration(long millis) {
        long seconds = Math.max(0, millis / 1_000);
        if (seconds < 60) return seconds + "s";
        if (seconds < 3_600) return seconds / 60 + "m" + seconds % 60 + "s";
        if (seconds < 86_400) return seconds / 3_600 + "h" + seconds / 60 % 60 + "m";
        return seconds / 86_400 + "d" + seconds / 3_600 % 24 + "h";
    }
}
