package io.stoa.room.live;

import io.stoa.base.Ids;
import io.stoa.media.MediaPeer;
import io.stoa.media.PublicationSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.PublicationState;
import io.stoa.protocol.handover.WaitingTracks;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.AudioTrackFeature;
import io.stoa.protocol.livekit.BackupCodecPolicy;
import io.stoa.protocol.livekit.Encryption;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.SimulcastCodec;
import io.stoa.protocol.livekit.SimulcastCodecInfo;
import io.stoa.protocol.livekit.TimedVersion;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one participant publishes (spec 4.6). */
final class Publications {
    static final int MAX_PENDING = 20;
    static final int MAX_QUEUED = 3;
    /** Time for the media section of an announced track (spec 4.6). */
    static final long MEDIA_MILLIS = 30_000;
    static final int MAX_CID = 1_024;
    /** Of a track: the one it begins with, and others for clients that cannot take it. */
    static final int MAX_CODECS = 8;
    static final int MAX_LAYERS = 16;
    /** The rank of the codec to which a track regresses. */
    static final int BACKUP = 1;
    /** As clients name the streams of simulcast, the smallest first. */
    private static final List<String> RIDS = List.of("q", "h", "f");

    /** One track: announced, and published once its media section is there. */
    static final class Entry {
        final String cid;
        TrackInfo.Builder info;
        boolean published;
        boolean subscribedOnce;
        /** Its media section is to be there by then; 0 = it is, or may take its time because it is muted. */
        long expectedUntil;
        /** By codec the quality up to which the publisher was told that somebody needs it ({@link Dynacast#NOTHING}: nobody). */
        final SortedMap<Integer, Integer> told = new TreeMap<>();
        /** From then on it may be told that less is needed; 0 = no less is. */
        long lessFrom;
        /** By the name of a room that shows the publisher, and by codec: the quality needed there. */
        final Map<String, Map<Integer, Integer>> neededElsewhere = new LinkedHashMap<>();

        Entry(String cid, TrackInfo.Builder info) {
            this.cid = cid;
            this.info = info;
        }

        boolean video() {
            return info.getType() == TrackType.VIDEO;
        }

        /** It may come in several codecs. They have ranks: 0 is the one that it begins with. */
        boolean severalCodecs() {
            return info.getCodecsCount() > 1;
        }

        /** Whether it comes in that codec: a media section is there. */
        boolean comesIn(int rank) {
            return rank < info.getCodecsCount() && !info.getCodecs(rank).getMid().isEmpty();
        }

        /** Without the kind, lower case. */
        String codecName(int rank) {
            String mime = (rank == 0 ? info.getMimeType() : info.getCodecs(rank).getMimeType()).toLowerCase(Locale.ROOT);
            return mime.substring(mime.indexOf('/') + 1);
        }

        /** Its layers in that codec. */
        List<VideoLayer> layers(int rank) {
            List<VideoLayer> own = rank < info.getCodecsCount() ? info.getCodecs(rank).getLayersList() : List.of();
            return own.isEmpty() ? info.getLayersList() : own;
        }
    }

    private final Map<String, Entry> bySid = new LinkedHashMap<>();
    private final Map<String, List<AddTrackRequest>> queued = new LinkedHashMap<>();
    private final Ids ids;
    private final List<String> codecs;

    /** @param codecs mime types that the participant may publish, the preferred ones first */
    Publications(Ids ids, List<String> codecs) {
        this.ids = ids;
        this.codecs = codecs;
    }

    void freeze(ParticipantState.Builder to) {
        for (Entry entry : bySid.values()) {
            PublicationState.Builder one = PublicationState.newBuilder()
                    .setCid(entry.cid)
                    .setInfo(entry.info)
                    .setPublished(entry.published)
                    .setExpectedUntil(entry.expectedUntil)
                    .setSubscribedOnce(entry.subscribedOnce);
            entry.told.forEach((rank, quality) -> {
                if (rank == 0) one.setToldNeeded(quality);
                else one.putToldOfBackups(rank, quality);
            });
            to.addPublications(one);
        }
        queued.forEach((cid, requests) -> to.putWaitingTracks(cid, WaitingTracks.newBuilder().addAllRequests(requests).build()));
    }

    /** The media plane knows the tracks already. */
    void thaw(ParticipantState from) {
        for (PublicationState one : from.getPublicationsList()) {
            Entry entry = new Entry(one.getCid(), one.getInfo().toBuilder());
            entry.published = one.getPublished();
            entry.expectedUntil = one.getExpectedUntil();
            entry.subscribedOnce = one.getSubscribedOnce();
            if (one.hasToldNeeded()) entry.told.put(0, one.getToldNeeded());
            entry.told.putAll(one.getToldOfBackupsMap());
            bySid.put(entry.info.getSid(), entry);
        }
        from.getWaitingTracksMap().forEach((cid, waiting) -> queued.put(cid, new ArrayList<>(waiting.getRequestsList())));
    }

    /** @param entry the announced track, or null with {@code refusal} */
    record Announced(Entry entry, RequestResponse.Reason refusal) {}

    Entry get(String sid) {
        return bySid.get(sid);
    }

    List<Entry> all() {
        return List.copyOf(bySid.values());
    }

    List<TrackInfo> infos() {
        List<TrackInfo> infos = new ArrayList<>();
        for (Entry entry : bySid.values()) if (entry.published) infos.add(entry.info.build());
        return infos;
    }

    Announced add(AddTrackRequest request) {
        if (request.getType() != TrackType.AUDIO && request.getType() != TrackType.VIDEO) return new Announced(null, RequestResponse.Reason.UNSUPPORTED_TYPE);
        if (tooLarge(request)) return new Announced(null, RequestResponse.Reason.LIMIT_EXCEEDED);
        if (!request.getSid().isEmpty()) return addCodecs(request);
        for (Entry entry : bySid.values()) {
            if (!entry.cid.equals(request.getCid())) continue;
            if (!entry.published) return new Announced(entry, null);
            List<AddTrackRequest> waiting = queued.computeIfAbsent(request.getCid(), k -> new ArrayList<>());
            if (waiting.size() >= MAX_QUEUED) return new Announced(null, RequestResponse.Reason.LIMIT_EXCEEDED);
            waiting.add(request);
            return new Announced(null, RequestResponse.Reason.QUEUED);
        }
        if (bySid.values().stream().filter(e -> !e.published).count() >= MAX_PENDING) return new Announced(null, RequestResponse.Reason.LIMIT_EXCEEDED);
        Entry entry = new Entry(request.getCid(), info(request));
        bySid.put(entry.info.getSid(), entry);
        return new Announced(entry, null);
    }

    private static boolean tooLarge(AddTrackRequest request) {
        return request.getCid().length() > MAX_CID
                || request.getLayersCount() > MAX_LAYERS
                || request.getSimulcastCodecsCount() > MAX_CODECS
                || request.getSimulcastCodecsList().stream().anyMatch(codec -> codec.getCid().length() > MAX_CID || codec.getLayersCount() > MAX_LAYERS);
    }

    private Announced addCodecs(AddTrackRequest request) {
        Entry entry = bySid.get(request.getSid());
        if (entry == null) return new Announced(null, RequestResponse.Reason.NOT_FOUND);
        for (SimulcastCodec codec : request.getSimulcastCodecsList()) {
            if (entry.info.getCodecsList().stream().anyMatch(c -> c.getCid().equals(codec.getCid()))) continue;
            SimulcastCodecInfo.Builder wanted = codec(request, codec);
            int rank = rankOf(entry.info, wanted.getMimeType());
            if (rank >= 0) announceCodec(entry.info.getCodecsBuilder(rank), wanted);
            else if (entry.info.getCodecsCount() == MAX_CODECS) return new Announced(null, RequestResponse.Reason.LIMIT_EXCEEDED);
            else addCodec(entry.info, wanted);
        }
        return new Announced(entry, null);
    }

    private static int rankOf(TrackInfo.Builder info, String mime) {
        for (int rank = 0; !mime.isEmpty() && rank < info.getCodecsCount(); rank++) if (info.getCodecs(rank).getMimeType().equalsIgnoreCase(mime)) return rank;
        return -1;
    }

    /** The client sends what it has been asked for: that codec has a client id and layers of its own. */
    private static void announceCodec(SimulcastCodecInfo.Builder codec, SimulcastCodecInfo.Builder wanted) {
        codec.setCid(wanted.getCid()).clearLayers();
        boolean streams = codec.getVideoLayerMode() != VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM && wanted.getLayersCount() > 1;
        for (int i = 0; i < wanted.getLayersCount(); i++) {
            VideoLayer.Builder layer = wanted.getLayers(i).toBuilder().setSpatialLayer(i);
            codec.addLayers(streams && i < RIDS.size() ? layer.setRid(RIDS.get(i)) : layer);
        }
    }

    private TrackInfo.Builder info(AddTrackRequest request) {
        TrackInfo.Builder info = TrackInfo.newBuilder()
                .setSid(ids.next(Ids.TRACK + (request.getType() == TrackType.VIDEO ? "V" : "A") + letter(request.getSource())))
                .setType(request.getType())
                .setName(request.getName())
                .setMuted(request.getMuted())
                .setWidth(request.getWidth())
                .setHeight(request.getHeight())
                .setSourceValue(request.getSourceValue())
                .setDisableRed(request.getDisableRed())
                .setEncryptionValue(request.getEncryptionValue())
                .setBackupCodecPolicyValue(request.getBackupCodecPolicyValue())
                .addAllPacketTrailerFeaturesValue(request.getPacketTrailerFeaturesValueList())
                .setStream(stream(request));
        List<VideoLayer> layers = sorted(request.getLayersList());
        info.addAllLayers(layers);
        features(request, info);
        if (request.getType() == TrackType.AUDIO && request.getBackupCodecPolicy() != BackupCodecPolicy.REGRESSION)
            info.setBackupCodecPolicy(BackupCodecPolicy.SIMULCAST);
        if (request.getSimulcastCodecsCount() == 0) {
            info.addCodecs(SimulcastCodecInfo.newBuilder()
                    .setCid(request.getCid())
                    .addAllLayers(layers)
                    .setVideoLayerMode(VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM));
        } else {
            for (SimulcastCodec codec : request.getSimulcastCodecsList()) addCodec(info, codec(request, codec));
        }
        SimulcastCodecInfo first = info.getCodecs(0);
        info.setSimulcast(first.getLayersCount() > 1 && first.getVideoLayerMode() != VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM);
        return info;
    }

    private static void features(AddTrackRequest request, TrackInfo.Builder info) {
        List<AudioTrackFeature> features = new ArrayList<>(request.getAudioFeaturesList());
        if (request.getStereo() && !features.contains(AudioTrackFeature.TF_STEREO)) features.add(AudioTrackFeature.TF_STEREO);
        if (request.getDisableDtx() && !features.contains(AudioTrackFeature.TF_NO_DTX)) features.add(AudioTrackFeature.TF_NO_DTX);
        audioFeatures(info, features);
    }

    /** Stereo and DTX are said twice: as features and, for older clients, as flags. */
    static void audioFeatures(TrackInfo.Builder info, List<AudioTrackFeature> features) {
        info.clearAudioFeatures()
                .addAllAudioFeatures(features.stream().filter(f -> f != AudioTrackFeature.UNRECOGNIZED).toList())
                .setStereo(features.contains(AudioTrackFeature.TF_STEREO))
                .setDisableDtx(features.contains(AudioTrackFeature.TF_NO_DTX));
    }

    /** Each codec once: what is not allowed has been replaced, maybe by another one of the list. */
    private static void addCodec(TrackInfo.Builder info, SimulcastCodecInfo.Builder codec) {
        for (SimulcastCodecInfo known : info.getCodecsList())
            if (!codec.getMimeType().isEmpty() && known.getMimeType().equalsIgnoreCase(codec.getMimeType())) return;
        info.addCodecs(codec);
    }

    /** The codec itself if it may be published here, else the preferred one of its kind. */
    private String allowed(String mime) {
        if (mime.isEmpty() || codecs.isEmpty() || codecs.stream().anyMatch(mime::equalsIgnoreCase)) return mime;
        boolean video = mime.startsWith("video/");
        String best = video ? "video/vp8" : "audio/opus";
        if (codecs.stream().anyMatch(best::equalsIgnoreCase)) return best;
        String kind = video ? "video/" : "audio/";
        return codecs.stream().filter(codec -> codec.startsWith(kind)).findFirst().orElse(best).toLowerCase(Locale.ROOT);
    }

    private SimulcastCodecInfo.Builder codec(AddTrackRequest request, SimulcastCodec codec) {
        String kind = request.getType() == TrackType.VIDEO ? "video/" : "audio/";
        String name = codec.getCodec().toLowerCase(Locale.ROOT);
        String mime = allowed(name.isEmpty() ? "" : name.contains("/") ? name : kind + name);
        VideoLayer.Mode mode = codec.getVideoLayerMode();
        if (mode == VideoLayer.Mode.MODE_UNUSED)
            mode = mime.equals("video/vp9") || mime.equals("video/av1")
                    ? VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM
                    : VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM;
        return SimulcastCodecInfo.newBuilder()
                .setMimeType(mime)
                .setCid(codec.getCid())
                .addAllLayers(sorted(codec.getLayersCount() > 0 ? codec.getLayersList() : request.getLayersList()))
                .setVideoLayerMode(mode == VideoLayer.Mode.UNRECOGNIZED ? VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM : mode);
    }

    private static List<VideoLayer> sorted(List<VideoLayer> layers) {
        return layers.stream().sorted(Comparator.comparingInt(VideoLayer::getQualityValue)).toList();
    }

    private static String letter(TrackSource source) {
        return switch (source) {
            case CAMERA -> "C";
            case MICROPHONE -> "M";
            case SCREEN_SHARE -> "S";
            case SCREEN_SHARE_AUDIO -> "s";
            case UNKNOWN, UNRECOGNIZED -> "";
        };
    }

    private static String stream(AddTrackRequest request) {
        if (!request.getStream().isEmpty()) return request.getStream();
        return switch (request.getSource()) {
            case CAMERA, MICROPHONE -> "camera";
            case SCREEN_SHARE, SCREEN_SHARE_AUDIO -> "screen";
            case UNKNOWN, UNRECOGNIZED -> "unknown";
        };
    }

    /** What the media plane must know to recognise the track. */
    static void expect(MediaPeer peer, Entry entry) {
        TrackInfo.Builder info = entry.info;
        List<String> cids = new ArrayList<>();
        cids.add(entry.cid);
        String first = info.getCodecs(0).getCid();
        if (!first.isEmpty() && !cids.contains(first)) cids.add(first);
        List<PublicationSpec.Backup> backups = info.getCodecsList().stream()
                .skip(1)
                .map(codec -> new PublicationSpec.Backup(codec.getMimeType().toLowerCase(Locale.ROOT), codec.getCid()))
                .toList();
        peer.expect(new PublicationSpec(
                info.getSid(),
                cids,
                entry.video(),
                info.getCodecs(0).getMimeType(),
                info.getDisableRed(),
                !info.getAudioFeaturesList().contains(AudioTrackFeature.TF_NO_DTX),
                info.getAudioFeaturesList().contains(AudioTrackFeature.TF_STEREO),
                info.getEncryption() != Encryption.Type.NONE,
                backups));
    }

    /** The time for a media section begins, or does not count while the track is muted. */
    static void await(Entry entry, long nowMillis) {
        entry.expectedUntil = entry.published || entry.info.getMuted() ? 0 : nowMillis + MEDIA_MILLIS;
    }

    /** Announced tracks that should have come by now; each is told once. */
    List<Entry> overdue(long nowMillis) {
        List<Entry> overdue = bySid.values().stream().filter(entry -> entry.expectedUntil != 0 && entry.expectedUntil <= nowMillis).toList();
        for (Entry entry : overdue) entry.expectedUntil = 0;
        return overdue;
    }

    /** The media section of a codec was found, or is better known. */
    void found(Entry entry, PublishedTrack track, long nowMicros) {
        if (track.rank() > 0) {
            if (track.rank() < entry.info.getCodecsCount()) found(entry.info.getCodecsBuilder(track.rank()), track);
            return;
        }
        entry.published = true;
        entry.expectedUntil = 0;
        entry.info.setMid(track.mid()).setMimeType(track.mime()).setVersion(TimedVersion.newBuilder().setUnixMicro(nowMicros));
        if (entry.info.getCodecsCount() == 0) return;
        SimulcastCodecInfo.Builder first = entry.info.getCodecsBuilder(0);
        found(first, track);
        entry.info.clearLayers().addAllLayers(first.getLayersList());
    }

    private static void found(SimulcastCodecInfo.Builder codec, PublishedTrack track) {
        codec.setMid(track.mid()).setMimeType(track.mime());
        List<VideoLayer> layers = codec.getLayersList();
        codec.clearLayers();
        for (int i = 0; i < layers.size(); i++) {
            VideoLayer.Builder layer = layers.get(i).toBuilder().setSpatialLayer(i);
            if (i < track.rids().size()) layer.setRid(track.rids().get(i));
            if (i < track.ssrcs().size()) layer.setSsrc((int) (long) track.ssrcs().get(i));
            codec.addLayers(layer);
        }
    }

    /** A track that is published in another room, as it is there. @return whether it is new */
    boolean follow(TrackInfo info) {
        Entry known = bySid.get(info.getSid());
        if (known != null) {
            known.info = info.toBuilder();
            return false;
        }
        Entry entry = new Entry(info.getSid(), info.toBuilder());
        entry.published = true;
        bySid.put(info.getSid(), entry);
        return true;
    }

    /** A track of a participant in a room on another node: it is published here as soon as it comes over the bridge. */
    Entry announce(TrackInfo info) {
        Entry entry = new Entry(info.getSid(), info.toBuilder());
        bySid.put(info.getSid(), entry);
        return entry;
    }

    /** @return a track that had waited for this one to end, or null */
    Entry remove(String sid) {
        Entry gone = bySid.remove(sid);
        if (gone == null) return null;
        List<AddTrackRequest> waiting = queued.remove(gone.cid);
        if (waiting == null) return null;
        Entry next = add(waiting.removeFirst()).entry();
        if (next != null && !waiting.isEmpty()) queued.put(gone.cid, waiting); // the others wait for that one
        return next;
    }

    /** How many client ids have tracks that wait for another one to end. */
    int queued() {
        return queued.size();
    }

    /** Which of a codec's layers a wished-for size means: the lowest that is at least as large (spec 4.4, 5.13). */
    static int layerFor(Entry entry, int rank, VideoQuality quality, int width, int height) {
        List<VideoLayer> layers = rank < entry.info.getCodecsCount() ? entry.info.getCodecs(rank).getLayersList() : List.of();
        if (width == 0 || height == 0 || layers.isEmpty()) return highest(quality);
        int wanted = Math.min(width, height);
        for (VideoLayer layer : layers) if (Math.min(layer.getWidth(), layer.getHeight()) >= wanted * 0.9) return highest(layer.getQuality());
        return highest(layers.getLast().getQuality());
    }

    private static int highest(VideoQuality quality) {
        return switch (quality) {
            case LOW -> 0;
            case MEDIUM -> 1;
            case HIGH, OFF, UNRECOGNIZED -> 2;
        };
    }
}
