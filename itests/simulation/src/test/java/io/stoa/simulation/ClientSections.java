package io.stoa.simulation;

import io.stoa.ice.IceCredentials;
import io.stoa.rtp.Extension;
import io.stoa.sdp.Codec;
import io.stoa.sdp.Direction;
import io.stoa.sdp.Fingerprint;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.HeaderExtension;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Rid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The media sections of a client, written and read as a browser does it. */
final class ClientSections {
    static final int AUDIO_LEVEL = 1;
    static final int TRANSPORT_CC = 3;
    static final int MID = 4;
    /** As the plane numbers them, so that it is the same in both kinds of connections. */
    static final int PLAYOUT_DELAY = 5;
    static final int CAPTURE_TIME = 7;
    static final int RID = 10;
    static final int REPAIRED_RID = 11;
    private static final List<String> FEEDBACK = List.of("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli");

    private final Client client;
    private final List<Section> sections = new ArrayList<>();
    /** Codec names that the client cannot decode. */
    final Set<String> unsupported = new HashSet<>();
    int opusType = 111;
    int redType = 63;
    private long version = 1;

    private static final class Section {
        final String kind;
        final String mid;
        /** null: receives, or is not in use. */
        Source source;
        boolean receives;

        Section(String kind, String mid) {
            this.kind = kind;
            this.mid = mid;
        }
    }

    ClientSections(Client client) {
        this.client = client;
    }

    void add(Source source) {
        for (Section section : sections) {
            if (!section.kind.equals(source.kind()) || section.source != null || section.receives) continue;
            section.source = source;
            source.mid = section.mid;
            return;
        }
        Section section = new Section(source.kind(), String.valueOf(sections.size() + 1));
        sections.add(section);
        section.source = source;
        source.mid = section.mid;
    }

    void remove(Source source) {
        for (Section section : sections) if (section.source == source) section.source = null;
    }

    /** SINGLE: that many more receiving sections. */
    void require(int audios, int videos) {
        for (int i = 0; i < audios + videos; i++) {
            Section section = new Section(i < audios ? "audio" : "video", String.valueOf(sections.size() + 1));
            section.receives = true;
            sections.add(section);
        }
    }

    // -- offering

    String offer() {
        SessionDescription offer = session();
        MediaDescription data = new MediaDescription();
        data.kind = "application";
        data.protocol = "UDP/DTLS/SCTP";
        data.mid = "0";
        data.formats = new ArrayList<>(List.of("webrtc-datachannel"));
        data.sctpPort = 5_000;
        data.maxMessageSize = 262_144;
        transport(offer, data, Setup.ACTPASS);
        for (Section section : sections) transport(offer, offered(section), Setup.ACTPASS);
        return SdpWriter.write(offer);
    }

    private MediaDescription offered(Section section) {
        MediaDescription mine = new MediaDescription();
        mine.kind = section.kind;
        mine.mid = section.mid;
        mine.rtcpMux = true;
        mine.rtcpReducedSize = true;
        mine.codecs = codecs(section.kind);
        mine.extensions = extensions(section.kind);
        mine.direction = section.source != null ? Direction.SENDONLY : section.receives ? Direction.RECVONLY : Direction.INACTIVE;
        if (section.source != null) streams(section.source, mine);
        return mine;
    }

    private List<Codec> codecs(String kind) {
        List<Codec> all = new ArrayList<>();
        if (kind.equals("audio")) {
            all.add(new Codec(opusType, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of("transport-cc", "nack")));
            all.add(new Codec(redType, "red", 48_000, 2, opusType + "/" + opusType, List.of()));
            all.add(new Codec(0, "PCMU", 8_000, 1, "", List.of()));
            all.add(new Codec(8, "PCMA", 8_000, 1, "", List.of()));
        } else {
            video(all, 96, "VP8", "");
            video(all, 98, "VP9", "profile-id=0");
            video(all, 49, "H265", "level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST");
            video(all, 108, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
        }
        Set<Integer> gone = new HashSet<>();
        for (Codec codec : all) if (unsupported.contains(codec.name())) gone.add(codec.payloadType());
        all.removeIf(codec -> gone.contains(codec.payloadType()) || gone.contains(codec.apt()));
        return all;
    }

    private static void video(List<Codec> codecs, int payloadType, String codec, String fmtp) {
        codecs.add(new Codec(payloadType, codec, 90_000, 1, fmtp, FEEDBACK));
        codecs.add(new Codec(payloadType + 1, "rtx", 90_000, 1, "apt=" + payloadType, List.of()));
    }

    private static List<HeaderExtension> extensions(String kind) {
        List<HeaderExtension> all = new ArrayList<>();
        if (kind.equals("audio")) all.add(new HeaderExtension(AUDIO_LEVEL, null, Extension.AUDIO_LEVEL.uri));
        else {
            all.add(new HeaderExtension(TRANSPORT_CC, null, Extension.TRANSPORT_CC.uri));
            all.add(new HeaderExtension(RID, null, Extension.RID.uri));
            all.add(new HeaderExtension(REPAIRED_RID, null, Extension.REPAIRED_RID.uri));
        }
        if (!kind.equals("audio")) all.add(new HeaderExtension(PLAYOUT_DELAY, null, Extension.PLAYOUT_DELAY.uri));
        all.add(new HeaderExtension(MID, null, Extension.MID.uri));
        all.add(new HeaderExtension(CAPTURE_TIME, null, Extension.ABS_CAPTURE_TIME.uri));
        return all;
    }

    /** Simulcast by rid, everything else by SSRC, as Chromium does. */
    private static void streams(Source source, MediaDescription mine) {
        mine.msids.add(new Msid("-", source.cid));
        if (source.layers() > 1) {
            for (int layer = source.layers() - 1; layer >= 0; layer--) {
                mine.rids.add(new Rid(source.rid(layer), "send", ""));
                mine.simulcastSend.add(source.rid(layer));
            }
            return;
        }
        long ssrc = Integer.toUnsignedLong(source.ssrc(0));
        mine.ssrcs.put(ssrc, cname(source));
        if (!source.video()) return;
        long rtx = Integer.toUnsignedLong(source.rtxSsrc(0));
        mine.ssrcGroups.add(new SsrcGroup("FID", List.of(ssrc, rtx)));
        mine.ssrcs.put(rtx, cname(source));
    }

    private static Map<String, String> cname(Source source) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("cname", "cname");
        attributes.put("msid", "- " + source.cid);
        return attributes;
    }

    void answered(SessionDescription answer) {
        for (Section section : sections) {
            MediaDescription theirs = answer.byMid(section.mid);
            if (theirs == null) continue; // newer than the offer that is answered
            if (section.source != null) section.source.negotiated(theirs);
            else if (theirs.direction.sends()) receives(theirs, theirs.codecs);
        }
    }

    // -- answering

    String answer(SessionDescription offered) {
        SessionDescription answer = session();
        for (MediaDescription theirs : offered.media) {
            MediaDescription mine = new MediaDescription();
            mine.kind = theirs.kind;
            mine.protocol = theirs.protocol;
            mine.mid = theirs.mid;
            if (theirs.isRtp()) {
                mine.rtcpMux = true;
                mine.rtcpReducedSize = true;
                mine.extensions = theirs.extensions;
                mine.direction = theirs.direction.sends() ? Direction.RECVONLY : Direction.INACTIVE;
                Set<Integer> gone = new HashSet<>();
                for (Codec codec : theirs.codecs) if (unsupported.contains(codec.name())) gone.add(codec.payloadType());
                mine.codecs = new ArrayList<>(theirs.codecs);
                mine.codecs.removeIf(codec -> gone.contains(codec.payloadType()) || gone.contains(codec.apt()));
                if (mine.codecs.isEmpty()) {
                    mine.port = 0;
                    mine.codecs = new ArrayList<>(theirs.codecs.subList(0, 1));
                    mine.direction = Direction.INACTIVE;
                } else if (theirs.direction.sends()) receives(theirs, mine.codecs);
            } else {
                mine.formats = theirs.formats;
                mine.sctpPort = 5_000;
                mine.maxMessageSize = 262_144;
            }
            transport(answer, mine, client.dtlsClient() ? Setup.ACTIVE : Setup.PASSIVE);
        }
        return SdpWriter.write(answer);
    }

    /** @param codecs the ones that both sides take, by what the client receives */
    private void receives(MediaDescription theirs, List<Codec> codecs) {
        if (theirs.msids.isEmpty()) return;
        List<Integer> ssrcs = new ArrayList<>();
        for (long ssrc : theirs.ssrcs.keySet()) ssrcs.add((int) ssrc);
        client.streams.put(theirs.msids.getFirst().track(), theirs.msids.getFirst().stream());
        client.mids.put(theirs.msids.getFirst().track(), theirs.mid);
        client.receives(theirs.msids.getFirst().track(), codecs, ssrcs.getFirst(), ssrcs.size() > 1 ? ssrcs.get(1) : 0);
    }

    // -- both

    private SessionDescription session() {
        SessionDescription session = new SessionDescription();
        session.sessionId = 4_681_019_132_314_187_021L;
        session.version = version++;
        session.extmapAllowMixed = true;
        return session;
    }

    private void transport(SessionDescription session, MediaDescription mine, Setup setup) {
        session.media.add(mine);
        if (mine.port != 0) session.bundle.add(mine.mid);
        mine.iceUfrag = client.iceCredentials().ufrag();
        mine.icePwd = client.iceCredentials().password();
        mine.iceOptions = "trickle";
        mine.fingerprint = new Fingerprint("sha-256", client.fingerprint());
        mine.setup = setup;
    }

    static SessionDescription parse(String sdp) {
        try {
            return SdpParser.parse(sdp);
        } catch (SdpException e) {
            throw new AssertionError("what the plane describes can be read", e);
        }
    }

    static IceCredentials credentials(SessionDescription description) {
        MediaDescription first = description.media.stream().filter(m -> m.iceUfrag != null).findFirst().orElseThrow();
        return new IceCredentials(first.iceUfrag, first.icePwd);
    }

    static Setup setup(SessionDescription description) {
        return description.media.stream().filter(m -> m.setup != null).findFirst().orElseThrow().setup;
    }
}
