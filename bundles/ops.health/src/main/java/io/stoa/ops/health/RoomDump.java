package io.stoa.ops.health;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.RoomException;
import java.util.Collection;
import java.util.Comparator;

/**
 * Rooms as they are inside, for people who look for a fault: the outline is LiveKit's ({@code Name}, {@code Sid}, {@code CreatedAt},
 * {@code Participants} by identity), what is in it is ours. Neither metadata nor attributes, which are the application's and may be secret.
 */
final class RoomDump {
    private RoomDump() {}

    static JsonArray of(Collection<LiveRoom> rooms) {
        JsonArray all = new JsonArray();
        rooms.stream().sorted(Comparator.comparing(room -> room.info().getName())).forEach(room -> all.add(of(room)));
        return all;
    }

    private static JsonObject of(LiveRoom room) {
        JsonObject json = new JsonObject();
        Room info = room.info();
        json.addProperty("Name", info.getName());
        json.addProperty("Sid", info.getSid());
        json.addProperty("CreatedAt", info.getCreationTime());
        json.addProperty("EmptyTimeout", info.getEmptyTimeout());
        json.addProperty("DepartureTimeout", info.getDepartureTimeout());
        json.addProperty("MaxParticipants", info.getMaxParticipants());
        try {
            JsonObject participants = new JsonObject();
            for (ParticipantReport report : room.inspect()) participants.add(report.info().getIdentity(), of(report));
            json.add("Participants", participants);
        } catch (RoomException | IllegalStateException e) {
            json.addProperty("Error", e.getMessage());
        }
        return json;
    }

    private static JsonObject of(ParticipantReport report) {
        JsonObject json = new JsonObject();
        ParticipantInfo info = report.info();
        json.addProperty("ID", info.getSid());
        json.addProperty("State", info.getState().name());
        json.addProperty("Kind", info.getKind().name());
        json.addProperty("JoinedAt", info.getJoinedAt());
        json.addProperty("Hidden", info.getPermission().getHidden());
        json.addProperty("Client", client(report.client()));
        json.addProperty("Signalling", report.signalled() ? "open" : "gone");
        JsonArray connections = new JsonArray();
        for (ParticipantReport.Connection connection : report.connections()) connections.add(of(connection));
        json.add("Connections", connections);
        JsonArray tracks = new JsonArray();
        for (TrackInfo track : info.getTracksList()) tracks.add(of(track));
        json.add("Publishes", tracks);
        JsonArray receives = new JsonArray();
        report.receives().stream().sorted().map(JsonPrimitive::new).forEach(receives::add);
        json.add("Receives", receives);
        return json;
    }

    private static String client(ClientInfo client) {
        return String.join(" ", client.getSdk().name(), client.getVersion(), "protocol", Integer.toString(client.getProtocol()), client.getBrowser(),
                client.getBrowserVersion(), client.getOs(), client.getDeviceModel()).replaceAll(" +", " ").strip();
    }

    private static JsonObject of(ParticipantReport.Connection connection) {
        JsonObject json = new JsonObject();
        json.addProperty("Role", connection.role());
        json.addProperty("State", connection.state());
        json.addProperty("Path", connection.path());
        json.addProperty("RoundTripMillis", connection.roundTripMillis());
        return json;
    }

    private static JsonObject of(TrackInfo track) {
        JsonObject json = new JsonObject();
        json.addProperty("Sid", track.getSid());
        json.addProperty("Type", track.getType().name());
        json.addProperty("Source", track.getSource().name());
        json.addProperty("Mime", track.getMimeType());
        json.addProperty("Muted", track.getMuted());
        json.addProperty("Simulcast", track.getSimulcast());
        json.addProperty("Layers", track.getLayersCount());
        json.addProperty("Encrypted", track.getEncryptionValue() != 0);
        return json;
    }
}
