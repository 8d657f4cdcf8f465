package io.stoa.room.live;

import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomUpdate;
import io.stoa.protocol.livekit.SignalResponse;

/** What is shown of a room, to whom it concerns: its members, the store, the API. Lives on the room's mailbox. */
final class RoomDescription {
    private static final long COUNTS_MILLIS = 2_000;

    private final ActiveRoom room;
    private final LiveRoomManager manager;
    private final Room.Builder info;
    private volatile Room shown;
    private volatile int audioTracks;
    private volatile int videoTracks;
    private boolean updateDue;

    RoomDescription(ActiveRoom room, LiveRoomManager manager, Room info) {
        this.room = room;
        this.manager = manager;
        this.info = info.toBuilder();
        shown = info;
    }

    /** Any thread. */
    Room now() {
        return shown;
    }

    Room setMetadata(String metadata) {
        info.setMetadata(metadata);
        shown = info.build();
        tell();
        return shown;
    }

    /** Any thread. */
    int audioTracks() {
        return audioTracks;
    }

    /** Any thread. */
    int videoTracks() {
        return videoTracks;
    }

    void countTracks() {
        int audio = 0;
        int video = 0;
        for (Member member : room.members())
            for (Publications.Entry entry : member.publications().all()) {
                if (entry.published && entry.video()) video++;
                else if (entry.published) audio++;
            }
        audioTracks = audio;
        videoTracks = video;
    }

    /** Counts change often; the others learn of it a little later, once. */
    void countsChanged() {
        info.setNumParticipants((int) room.counted());
        info.setNumPublishers((int) room.members().stream().filter(Member::publishes).count());
        boolean recording = room.members().stream().anyMatch(Member::recorder);
        boolean recordingChanged = info.getActiveRecording() != recording;
        info.setActiveRecording(recording);
        shown = info.build();
        countTracks();
        if (recordingChanged) tell();
        else if (!updateDue) tellLater();
    }

    boolean updateDue() {
        return updateDue;
    }

    void tellLater() {
        updateDue = true;
        room.after(COUNTS_MILLIS, () -> {
            updateDue = false;
            if (!room.isClosed()) tell();
        });
    }

    private void tell() {
        store();
        for (Member member : room.members()) tell(member);
    }

    void tell(Member member) {
        member.send(SignalResponse.newBuilder().setRoomUpdate(RoomUpdate.newBuilder().setRoom(shown)));
    }

    void store() {
        manager.store().putRoom(shown, room.internal());
    }
}
