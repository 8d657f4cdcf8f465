package io.stoa.peer;

import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.rtp.Extension;
import io.stoa.sdp.Codec;
import io.stoa.sdp.CodecMatch;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.HeaderExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which codecs, extensions and feedback this server speaks (spec 6.1, 6.2), narrowed to what a room enables. */
final class CodecCatalogue {
    private static final Codec OPUS = new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of());
    private static final Codec RED = new Codec(63, "red", 48_000, 2, "111/111", List.of());
    private static final List<Codec> AUDIO = List.of(
            OPUS,
            new Codec(0, "PCMU", 8_000, 1, "", List.of()),
            new Codec(8, "PCMA", 8_000, 1, "", List.of()));
    private static final List<Codec> VIDEO = List.of(
            video(96, "VP8", ""),
            video(98, "VP9", "profile-id=0"),
            video(100, "VP9", "profile-id=1"),
            video(108, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
            video(125, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"),
            video(102, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
            video(104, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"),
            video(123, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032"),
            video(35, "AV1", ""),
            video(116, "H265", ""),
            video(106, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"),
            video(39, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f"));
    /** Spoken only where the room says this very format: H.264 main profile. */
    private static final List<Codec> BY_FORMAT_ONLY = VIDEO.subList(VIDEO.size() - 2, VIDEO.size());
    private static final List<String> AUDIO_FEEDBACK = List.of("nack");
    private static final List<String> FEEDBACK_FROM_PUBLISHER = List.of("transport-cc", "ccm fir", "nack", "nack pli");
    private static final List<String> FEEDBACK_FROM_SUBSCRIBER = List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");
    private static final List<Extension> AUDIO_EXTENSIONS = List.of(Extension.MID, Extension.RID, Extension.AUDIO_LEVEL, Extension.ABS_CAPTURE_TIME);
    private static final List<Extension> VIDEO_EXTENSIONS = List.of(
            Extension.MID, Extension.RID, Extension.REPAIRED_RID, Extension.TRANSPORT_CC, Extension.DEPENDENCY_DESCRIPTOR, Extension.ABS_CAPTURE_TIME);
    /** Ids of our own offers, the ones browsers use. */
    private static final int TRANSPORT_CC_ID = 3;
    private static final int PLAYOUT_DELAY_ID = 5;
    private static final int ABS_CAPTURE_TIME_ID = 7;
    private static final int DEPENDENCY_DESCRIPTOR_ID = 12;
    private static final List<HeaderExtension> OFFERED_WITH_AUDIO = List.of(new HeaderExtension(ABS_CAPTURE_TIME_ID, null, Extension.ABS_CAPTURE_TIME.uri));
    private static final List<HeaderExtension> OFFERED_WITH_VIDEO = List.of(
            new HeaderExtension(TRANSPORT_CC_ID, null, Extension.TRANSPORT_CC.uri),
            new HeaderExtension(ABS_CAPTURE_TIME_ID, null, Extension.ABS_CAPTURE_TIME.uri),
            new HeaderExtension(DEPENDENCY_DESCRIPTOR_ID, null, Extension.DEPENDENCY_DESCRIPTOR.uri));
    private static final HeaderExtension OFFERED_WITH_DELAYED_VIDEO = new HeaderExtension(PLAYOUT_DELAY_ID, null, Extension.PLAYOUT_DELAY.uri);

    private final List<EnabledCodec> enabled;

    private final boolean red;
    private final boolean delaysVideo;

    /**
     * @param red the client can be spoken to in audio/red
     * @param delaysVideo it is told by how much to delay the video that it receives
     */
    CodecCatalogue(List<EnabledCodec> enabled, boolean red, boolean delaysVideo) {
        this.enabled = enabled;
        this.delaysVideo = delaysVideo;
        this.red = red && enabled("audio", OPUS) && enabled("audio", RED);
    }

    /** What is known of a codec before anybody has negotiated it; one that we do not speak matches no other. */
    static Codec ofMime(String mime) {
        boolean video = mime.startsWith("video/");
        for (Codec known : video ? VIDEO : AUDIO) if (sameMime(known.mime(video ? "video" : "audio"), mime)) return known;
        return new Codec(-1, mime, 90_000, 1, "", List.of());
    }

    /** Whether opus may travel in RED. */
    boolean takesRed() {
        return red;
    }

    private static Codec video(int payloadType, String name, String fmtp) {
        return new Codec(payloadType, name, 90_000, 1, fmtp, List.of());
    }

    /** An empty list of the room enables everything. */
    boolean enabled(String kind, Codec codec) {
        if (enabled.isEmpty()) return true;
        String mime = codec.mime(kind);
        for (EnabledCodec candidate : enabled)
            if (candidate.mime().equalsIgnoreCase(mime) && (candidate.fmtpLine().isEmpty() || named(codec, candidate))) return true;
        return false;
    }

    private static boolean named(Codec codec, EnabledCodec candidate) {
        return !candidate.fmtpLine().isEmpty() && CodecMatch.same(codec, codec.withFmtp(candidate.fmtpLine()));
    }

    private boolean named(String kind, Codec codec) {
        return enabled.stream().anyMatch(candidate -> candidate.mime().equalsIgnoreCase(codec.mime(kind)) && named(codec, candidate));
    }

    private boolean speaks(MediaDescription section, Codec offered) {
        if (offered.isRed()) return red && CodecMatch.same(RED, offered) && carriesOpus(section, offered);
        for (Codec known : section.kind.equals("audio") ? AUDIO : VIDEO)
            if (CodecMatch.same(known, offered)) return BY_FORMAT_ONLY.contains(known) ? named(section.kind, offered) : enabled(section.kind, offered);
        return false;
    }

    private static boolean carriesOpus(MediaDescription section, Codec offered) {
        Codec inside = section.codec(offered.redPrimary());
        return inside != null && CodecMatch.same(OPUS, inside);
    }

    /**
     * The codecs of an offered section that we speak, with the client's payload types, each video codec followed by its RTX.
     *
     * @param first mime that is to come first (lower or any case), empty if there is no wish
     * @param fromClient true where the client sends
     */
    List<Codec> common(MediaDescription offered, String first, boolean fromClient) {
        List<Codec> wanted = new ArrayList<>();
        List<Codec> others = new ArrayList<>();
        List<Codec> rtx = new ArrayList<>();
        List<String> feedback = offered.kind.equals("audio") ? AUDIO_FEEDBACK : fromClient ? FEEDBACK_FROM_PUBLISHER : FEEDBACK_FROM_SUBSCRIBER;
        for (Codec codec : offered.codecs) {
            if (codec.isRtx() || !speaks(offered, codec)) continue;
            Codec answer = codec.withFeedback(kept(codec.feedback(), feedback));
            (codec.mime(offered.kind).equalsIgnoreCase(first) ? wanted : others).add(answer);
            Codec repair = offered.rtxOf(codec.payloadType());
            if (repair != null) rtx.add(repair.withFeedback(List.of()));
        }
        wanted.addAll(others);
        wanted.addAll(rtx);
        return wanted;
    }

    private static List<String> kept(List<String> offered, List<String> spoken) {
        List<String> kept = new ArrayList<>(offered.size());
        for (String one : offered) if (spoken.contains(one)) kept.add(one);
        return kept;
    }

    /**
     * The same for both directions: Chromium offers in new sections only what earlier ones have kept, so a receiving section without rid
     * would make simulcast in a later one impossible.
     */
    List<HeaderExtension> commonExtensions(MediaDescription offered) {
        List<HeaderExtension> common = new ArrayList<>();
        for (HeaderExtension extension : offered.extensions)
            if (speaks(offered.kind, extension.uri())) common.add(new HeaderExtension(extension.id(), null, extension.uri()));
        return common;
    }

    private boolean speaks(String kind, String extension) {
        boolean audio = kind.equals("audio");
        for (Extension known : audio ? AUDIO_EXTENSIONS : VIDEO_EXTENSIONS) if (known.uri.equals(extension)) return true;
        return !audio && delaysVideo && Extension.PLAYOUT_DELAY.uri.equals(extension);
    }

    /**
     * What we offer in order to send a track: its codec, RTX for video, RED for opus that shall travel in it. Then nobody may ask for
     * packets again: what was lost comes with the next ones.
     */
    List<Codec> toOffer(String kind, Codec published, boolean redundant) {
        for (Codec known : kind.equals("audio") ? AUDIO : VIDEO) {
            if (!CodecMatch.same(known, published)) continue;
            Codec offer = new Codec(known.payloadType(), known.name(), known.clockRate(), known.channels(),
                    published.fmtp().isEmpty() ? known.fmtp() : fmtp(published), kind.equals("audio") ? AUDIO_FEEDBACK : FEEDBACK_FROM_SUBSCRIBER);
            if (redundant && red && offer.is("opus")) return List.of(offer.withFeedback(List.of()), RED);
            if (kind.equals("audio")) return List.of(offer);
            return List.of(offer, new Codec(offer.payloadType() + 1, "rtx", 90_000, 1, "apt=" + offer.payloadType(), List.of()));
        }
        return List.of();
    }

    /** Stereo is a property of the stream; DTX and bit rates are the sender's business. */
    private static String fmtp(Codec published) {
        if (!published.is("opus")) return published.fmtp();
        boolean stereo = "1".equals(published.parameter("sprop-stereo")) || "1".equals(published.parameter("stereo"));
        return "minptime=10;useinbandfec=1" + (stereo ? ";sprop-stereo=1;stereo=1" : "");
    }

    List<HeaderExtension> extensionsToOffer(String kind) {
        if (kind.equals("audio")) return OFFERED_WITH_AUDIO;
        if (!delaysVideo) return OFFERED_WITH_VIDEO;
        List<HeaderExtension> all = new ArrayList<>(OFFERED_WITH_VIDEO);
        all.add(OFFERED_WITH_DELAYED_VIDEO);
        return all;
    }

    /** Whether two mimes name the same codec family. */
    static boolean sameMime(String a, String b) {
        return a.toLowerCase(Locale.ROOT).equals(b.toLowerCase(Locale.ROOT));
    }
}
