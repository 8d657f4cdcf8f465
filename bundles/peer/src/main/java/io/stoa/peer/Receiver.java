package io.stoa.peer;

import io.stoa.base.Time;
import io.stoa.media.PublicationSpec;
import io.stoa.rtp.Extension;
import io.stoa.sdp.Codec;
import io.stoa.sdp.MediaDescription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A published track in one of its codecs: a media section in which the client sends, bound to an announced publication. */
public final class Receiver {
    static final int LAYERS = 3;
    /** Key frames are large: a publisher whom many begin to watch is not to send nothing else. */
    private static final long KEY_FRAME_SPACING = 500 * Time.MILLI;
    private static final long REPAIR_SPACING = Time.SECOND;
    /** Two round trips and so long after it was asked for, a key frame that has not begun to come was never heard of. */
    private static final long UNHEARD = 300 * Time.MILLI;

    private final Peer peer;
    private final String mid;
    private final boolean video;
    private final int rank;
    private PublicationSpec publication;
    private List<Codec> codecs = List.of();
    private Codec codec;
    /** What the codec is sent in or has in it: with RED and opus, each packet is either. */
    private Codec companion;
    private List<String> rids = List.of();
    private String cid = "";
    private final ReceiveStream[] streams = new ReceiveStream[LAYERS];
    private final long[] keyFrameAskedAt = new long[LAYERS];
    private final boolean[] keyFrameAwaited = new boolean[LAYERS];
    private final int[] epochs = new int[LAYERS];
    int audioLevelId;
    int dependencyDescriptorId;
    private int captureTimeId;
    private int downstreamLoss;
    /** For whoever routes the track's packets. */
    public Object attachment;

    Receiver(Peer peer, String mid, boolean video, int rank) {
        this.peer = peer;
        this.mid = mid;
        this.rank = rank;
        this.video = video;
    }

    void describe(PublicationSpec newPublication, MediaDescription answer, List<String> newRids, String newCid) {
        publication = newPublication;
        codecs = answer.codecs;
        rids = newRids;
        cid = newCid;
        audioLevelId = answer.extensionId(Extension.AUDIO_LEVEL.uri);
        dependencyDescriptorId = answer.extensionId(Extension.DEPENDENCY_DESCRIPTOR.uri);
        captureTimeId = answer.extensionId(Extension.ABS_CAPTURE_TIME.uri);
        if (codec == null || codecOf(codec.payloadType()) == null) codec = codecs.isEmpty() ? null : codecs.getFirst();
        companion = companionOf(codec);
    }

    public PublicationSpec publication() {
        return publication;
    }

    /** In which of its publication's codecs the track comes here. */
    public int rank() {
        return rank;
    }

    /** As what the publication's other codecs will most likely come, by rank, beginning with 1. */
    public List<Codec> backups() {
        return publication.backups().stream().map(backup -> CodecCatalogue.ofMime(backup.mime())).toList();
    }

    public String mid() {
        return mid;
    }

    public boolean video() {
        return video;
    }

    /** The client id by which its section was recognised. */
    public String cid() {
        return cid;
    }

    /** What the client sends, as seen on its packets, before the first one what it will most likely send. */
    public Codec codec() {
        return codec;
    }

    private Codec companionOf(Codec known) {
        if (known != null)
            for (Codec other : codecs) if (known.isRed() ? other.payloadType() == known.redPrimary() : other.redPrimary() == known.payloadType()) return other;
        return null;
    }

    /** The codec without redundancy: what is inside RED. */
    public Codec primary() {
        return codec != null && codec.isRed() && companion != null ? companion : codec;
    }

    /** By which the client sends the primary codec in RED, -1 if it does not. */
    public int redPayloadType() {
        return codec == null ? -1 : codec.isRed() ? codec.payloadType() : companion == null ? -1 : companion.payloadType();
    }

    public List<String> rids() {
        return rids;
    }

    public boolean simulcast() {
        return rids.size() > 1;
    }

    public int audioLevelId() {
        return audioLevelId;
    }

    public int dependencyDescriptorId() {
        return dependencyDescriptorId;
    }

    public int captureTimeId() {
        return captureTimeId;
    }

    /** In 1/256: what reports say is lost at least, because as much gets lost on the way to subscribers. */
    public void downstreamLoss(int fraction) {
        downstreamLoss = fraction;
    }

    int downstreamLoss() {
        return downstreamLoss;
    }

    /** @return null if nothing of the layer has arrived or been announced */
    public ReceiveStream stream(int layer) {
        return streams[layer];
    }

    /** Streams that exist, lowest layer first. */
    public List<ReceiveStream> streams() {
        List<ReceiveStream> known = new ArrayList<>();
        for (ReceiveStream stream : streams) if (stream != null) known.add(stream);
        return Collections.unmodifiableList(known);
    }

    Codec codecOf(int payloadType) {
        for (Codec known : codecs) if (known.payloadType() == payloadType) return known;
        return null;
    }

    /** Whether such packets are what it sends already. */
    boolean carries(int payloadType) {
        return codec != null && codec.payloadType() == payloadType || companion != null && companion.payloadType() == payloadType;
    }

    /** The client changed its codec. */
    void sends(Codec actual) {
        codec = actual;
        companion = companionOf(actual);
    }

    ReceiveStream begin(int layer, int ssrc) {
        int at = Math.min(layer, LAYERS - 1);
        streams[at] = new ReceiveStream(ssrc, this, at, epochs[at]++, codec == null ? 90_000 : codec.clockRate());
        return streams[at];
    }

    /** rids by name where the name says the layer (spec 6.4), by position else; may be more than there are layers. */
    int layerOf(String rid) {
        return switch (rid) {
            case "q", "2" -> 0;
            case "h", "1" -> 1;
            case "f", "0" -> rids.size() == 1 ? 0 : 2;
            default -> Math.max(0, rids.indexOf(rid));
        };
    }

    /**
     * Asks the client for a key frame of a layer; to repair pictures not more often than spec 6.7 says. That is for the sake of the key frames:
     * as long as none comes, the request is repeated sooner.
     *
     * @param begins somebody waits for it who does not receive the layer yet
     */
    public void requestKeyFrame(long now, int layer, boolean begins) {
        if (streams[layer] == null || !peer.canSendMedia()) return;
        long spacing = begins || layer == 0 ? KEY_FRAME_SPACING : REPAIR_SPACING;
        if (keyFrameAwaited[layer]) spacing = Math.min(spacing, 2 * peer.roundTripNanos() + UNHEARD);
        if (keyFrameAskedAt[layer] != 0 && now - keyFrameAskedAt[layer] < spacing) return;
        keyFrameAskedAt[layer] = now;
        keyFrameAwaited[layer] = true;
        peer.pli(streams[layer].ssrc());
    }

    /** It has begun to come. */
    public void keyFrameCame(int layer) {
        keyFrameAwaited[layer] = false;
    }
}
