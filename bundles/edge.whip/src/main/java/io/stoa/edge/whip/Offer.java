package io.stoa.edge.whip;

import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.List;

/** What a WHIP client offers, and the announcements of its tracks that it cannot make: one for each section that it sends in. */
final class Offer {
    private static final String STREAM = "-";
    private static final String VIDEO = "video";
    private static final String AUDIO = "audio";
    private static final List<VideoQuality> QUALITIES = List.of(VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH);

    private final SessionDescription description;
    private final List<AddTrackRequest> tracks = new ArrayList<>();

    private Offer(SessionDescription description) {
        this.description = description;
        for (MediaDescription section : description.media) if (sends(section)) tracks.add(announce(section));
    }

    static Offer parse(String sdp) throws SdpException {
        return new Offer(SdpParser.parse(sdp));
    }

    private static boolean sends(MediaDescription section) {
        boolean media = section.kind.equals(VIDEO) || section.kind.equals(AUDIO);
        return media && !section.rejected() && (section.direction == Direction.SENDONLY || section.direction == Direction.SENDRECV);
    }

    private static AddTrackRequest announce(MediaDescription section) {
        String track = section.msids.stream().map(MediaDescription.Msid::track).filter(name -> !name.isEmpty()).findFirst().orElse("whip-" + section.mid);
        section.msids = new ArrayList<>(List.of(new MediaDescription.Msid(STREAM, track)));
        boolean video = section.kind.equals(VIDEO);
        return AddTrackRequest.newBuilder()
                .setCid(track)
                .setName(video ? "synthesized-camera" : "synthesized-microphone")
                .setType(video ? TrackType.VIDEO : TrackType.AUDIO)
                .setSource(video ? TrackSource.CAMERA : TrackSource.MICROPHONE)
                .setStream("camera")
                .setDisableDtx(!video)
                .addAllLayers(video ? layers(section) : List.of())
                .build();
    }

    /** How many there are is all that a description says of them: their sizes follow from the pictures. */
    private static List<VideoLayer> layers(MediaDescription section) {
        int count = Math.min(section.simulcastSend.size(), QUALITIES.size());
        return QUALITIES.subList(0, count).stream()
                .map(quality -> VideoLayer.newBuilder().setQuality(quality).setSpatialLayer(quality.getNumber()).setRid(rid(section, quality.getNumber())).build())
                .toList();
    }

    private static String rid(MediaDescription section, int index) {
        return section.simulcastSend.get(index);
    }

    List<AddTrackRequest> tracks() {
        return tracks;
    }

    /** Whether it has sections to receive in. */
    boolean receives() {
        return description.media.stream().anyMatch(section -> section.direction == Direction.RECVONLY || section.direction == Direction.SENDRECV);
    }

    String sdp() {
        return SdpWriter.write(description);
    }

    /** The same once more. */
    void again() {
        description.version++;
    }

    /** The same with other credentials: an ICE restart (RFC 8839 section 4.4.1.1.1). */
    void restart(IceFragment fragment) {
        description.version++;
        for (MediaDescription section : description.media) {
            section.iceUfrag = fragment.ufrag();
            section.icePwd = fragment.password();
            section.candidates = new ArrayList<>();
            section.endOfCandidates = false;
        }
        if (!description.media.isEmpty()) description.media.getFirst().candidates.addAll(fragment.candidates());
    }

    /** @throws WhipException {@code 400} if the fragment is of another session or of sections that were not offered */
    void check(IceFragment fragment) throws WhipException {
        for (String mid : fragment.mids()) if (description.byMid(mid) == null) throw new WhipException(400, "mid mismatch: " + mid + " was not offered");
        boolean mine = description.media.stream().anyMatch(section -> fragment.ufrag().equals(section.iceUfrag) && fragment.password().equals(section.icePwd));
        if (!mine) throw new WhipException(400, "ice credential mismatch");
    }
}
