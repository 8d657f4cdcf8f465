package io.stoa.sdp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One media section. Fields are what their attribute names say; lists keep the order of the text. */
public final class MediaDescription {
    public enum Setup {
        ACTPASS,
        ACTIVE,
        PASSIVE,
        HOLDCONN
    }

    public record HeaderExtension(int id, Direction direction, String uri) {}

    public record Msid(String stream, String track) {}

    public record SsrcGroup(String semantics, List<Long> ssrcs) {}

    /** @param direction {@code send} or {@code recv} */
    public record Rid(String id, String direction, String restrictions) {}

    /** {@code audio}, {@code video}, {@code application}, … */
    public String kind = "";

    /** 0 = rejected (or bundled, with {@link #bundleOnly}). */
    public int port = 9;

    public String protocol = "UDP/TLS/RTP/SAVPF";
    public String mid = "";
    public Direction direction = Direction.SENDRECV;
    public List<Codec> codecs = new ArrayList<>();
    public List<HeaderExtension> extensions = new ArrayList<>();
    public String iceUfrag;
    public String icePwd;
    public String iceOptions;
    public Fingerprint fingerprint;
    public Setup setup;
    public boolean rtcpMux;
    public boolean rtcpReducedSize;
    public boolean bundleOnly;
    public List<Msid> msids = new ArrayList<>();

    /** SSRC to its attributes ({@code cname}, {@code msid}, …). */
    public Map<Long, Map<String, String>> ssrcs = new LinkedHashMap<>();

    public List<SsrcGroup> ssrcGroups = new ArrayList<>();
    public List<Rid> rids = new ArrayList<>();

    /** Values of {@code a=simulcast} by direction; rid ids, {@code ~} (paused) stripped. */
    public List<String> simulcastSend = new ArrayList<>();

    public List<String> simulcastReceive = new ArrayList<>();

    /** Whole values: {@code candidate:…}. */
    public List<String> candidates = new ArrayList<>();

    public boolean endOfCandidates;

    /** 0 = absent. */
    public int sctpPort;

    public long maxMessageSize;

    /** Formats of sections that are not RTP ({@code webrtc-datachannel}). */
    public List<String> formats = new ArrayList<>();

    /** Everything else, as written behind {@code a=}. */
    public List<String> otherAttributes = new ArrayList<>();

    public boolean isRtp() {
        return protocol.contains("RTP");
    }

    public boolean rejected() {
        return port == 0 && !bundleOnly;
    }

    public Codec codec(int payloadType) {
        for (Codec codec : codecs) if (codec.payloadType() == payloadType) return codec;
        return null;
    }

    /** The RTX codec that repairs a payload type, or null. */
    public Codec rtxOf(int payloadType) {
        for (Codec codec : codecs) if (codec.isRtx() && codec.apt() == payloadType) return codec;
        return null;
    }

    /** The RED codec whose blocks are of a payload type, or null. */
    public Codec redOf(int payloadType) {
        for (Codec codec : codecs) if (codec.isRed() && codec.redPrimary() == payloadType) return codec;
        return null;
    }

    /** @return 0 if the section does not have it */
    public int extensionId(String uri) {
        for (HeaderExtension extension : extensions) if (extension.uri().equals(uri)) return extension.id();
        return 0;
    }
}
