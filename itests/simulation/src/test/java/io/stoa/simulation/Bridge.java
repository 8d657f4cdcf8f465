package io.stoa.simulation;

import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A connection between two servers, as rooms make it that show somebody who is in the other one; what they say to each other arrives at once. */
final class Bridge {
    final MediaPeer near;
    final MediaPeer far;
    PeerState nearState = PeerState.NEW;
    PeerState farState = PeerState.NEW;
    /** What was found of tracks on the far side, by sid. */
    final Map<String, PublishedTrack> found = new LinkedHashMap<>();
    final List<String> ended = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    private boolean outstanding;
    private boolean again;

    Bridge(Room from, Room to, String who) {
        near = from.plane.open(PeerSpec.toNode("RM_simulated", "PA_" + who, who, List.of()), new Near());
        far = to.plane.open(PeerSpec.fromNode("RM_simulated", "PA_" + who + "_there", who, List.of()), new Far());
    }

    void carry(Client publisher, Source source) {
        far.expect(new PublicationSpec(source.trackSid, List.of(source.trackSid), source.video(), source.mime(), source.redDisabled, false, false, source.encrypted));
        near.subscribe(publisher.peer, new SubscriptionSpec(source.trackSid, "PA_there|" + source.trackSid, TrackPreference.EVERYTHING, false));
    }

    void subscribe(Client subscriber, Source source) {
        subscriber.peer.subscribe(far, new SubscriptionSpec(source.trackSid, "PA_there|" + source.trackSid, TrackPreference.EVERYTHING, false));
    }

    boolean connected() {
        return nearState == PeerState.CONNECTED && farState == PeerState.CONNECTED;
    }

    private void offer() {
        if (outstanding) {
            again = true;
            return;
        }
        outstanding = true;
        again = false;
        near.offer(false)
                .thenCompose(far::answer)
                .thenCompose(answer -> near.acceptAnswer(answer.sdp()))
                .whenComplete((done, failure) -> {
                    if (failure != null) failures.add(failure);
                    outstanding = false;
                    if (again) offer();
                });
    }

    private final class Near extends Side {
        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            far.addCandidate(candidate);
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            nearState = state;
        }

        @Override
        public void offerNeeded() {
            offer();
        }
    }

    private final class Far extends Side {
        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            near.addCandidate(candidate);
        }

        @Override
        public void stateChanged(PeerState state, String reason) {
            farState = state;
        }

        @Override
        public void published(PublishedTrack track) {
            found.put(track.trackSid(), track);
        }

        @Override
        public void unpublished(String trackSid) {
            ended.add(trackSid);
        }
    }

    private abstract static class Side implements PeerListener {
        @Override
        public void path(PeerPath path) {}

        @Override
        public void laneOpen(DataLane lane) {}

        @Override
        public void data(DataLane lane, byte[] message) {}

        @Override
        public void published(PublishedTrack track) {}

        @Override
        public void unpublished(String trackSid) {}

        @Override
        public void firstPacket(String trackSid) {}

        @Override
        public void sectionsRequired(int audios, int videos) {}

        @Override
        public void offerNeeded() {}

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {}

        @Override
        public void codecTaken(String trackSid, int rank) {}
    }
}
