package io.stoa.peer;

import io.stoa.media.NegotiationException;
import io.stoa.media.PublicationSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.CodecMatch;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Rid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The media sections of a connection and the descriptions made of them (RFC 8829). As answerer it binds the client's sending sections to
 * announced publications and puts waiting senders into the client's receiving sections; as offerer it makes sections for its senders.
 */
final class Negotiation {
    private static final String APPLICATION = "application";
    /** Of our offers; a client that never gives a section free gets no more of them. What it offers is bounded by the parser. */
    static final int MAX_SECTIONS = SdpParser.MAX_SECTIONS;
    /** From here on free sections are used again in any case: descriptions grow with every call that comes and goes. */
    static final int MANY_SECTIONS = 200;

    private final Peer peer;
    private final CodecCatalogue catalogue;
    private final List<Section> sections = new ArrayList<>();
    private final Map<String, PublicationSpec> expected = new LinkedHashMap<>();
    private final List<Sender> waiting = new ArrayList<>();
    private final long sessionId;
    private long version = 1;
    private boolean offerOutstanding;

    Negotiation(Peer peer, CodecCatalogue catalogue, long sessionId) {
        this.peer = peer;
        this.catalogue = catalogue;
        this.sessionId = sessionId & Long.MAX_VALUE;
    }

    void expect(PublicationSpec publication) {
        expected.put(publication.trackSid(), publication);
    }

    /** @return the receivers that ended, one per codec */
    List<Receiver> unpublish(String trackSid) {
        expected.remove(trackSid);
        List<Receiver> ended = new ArrayList<>();
        for (Section section : sections) {
            Receiver receiver = section.receiver;
            if (receiver == null || !receiver.publication().trackSid().equals(trackSid)) continue;
            section.receiver = null;
            ended.add(receiver);
        }
        return ended;
    }

    // -- after another peer

    /** Of the connection as the client knows it. */
    List<KeptSection> keep() {
        List<KeptSection> kept = new ArrayList<>();
        for (Section section : sections) {
            Receiver receiver = section.receiver;
            Sender sender = section.sender;
            kept.add(new KeptSection(section.kind, section.mid,
                    receiver == null ? null : receiver.publication().trackSid(), receiver == null ? 0 : receiver.rank(),
                    section.carried, sender == null ? null : sender.spec(), sender == null ? -1 : sender.rank()));
        }
        return kept;
    }

    /** Before anything is negotiated. */
    void goOn(List<KeptSection> kept) {
        for (KeptSection one : kept) {
            Section section = new Section(sections.size(), one.mid(), one.kind());
            section.carried = one.carried();
            section.kept = one;
            sections.add(section);
        }
    }

    /**
     * @return the section in which the client receives the track, as one of that stream, and of which nothing else has come yet; null if there
     *     is none
     */
    Section keptFor(String trackSid, String streamId) {
        for (Section section : sections) {
            SenderSpec sent = section.kept == null || section.described ? null : section.kept.sent();
            if (sent != null && section.sender == null && sent.trackSid().equals(trackSid) && sent.streamId().equals(streamId)) return section;
        }
        return null;
    }

    void add(Sender sender) {
        waiting.add(sender);
    }

    void remove(Sender sender) {
        waiting.remove(sender);
        if (sender.section == null) return;
        sender.section.sender = null;
        sender.section.retiring = true;
        sender.section = null;
        sender.unbind();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty() || sections.stream().anyMatch(s -> s.retiring);
    }

    /** What the client receives: it finds its remote tracks by this. */
    Map<String, String> trackSidByMid() {
        Map<String, String> tracks = new LinkedHashMap<>();
        for (Section section : sections) if (section.sender != null) tracks.put(section.mid, section.sender.spec().trackSid());
        return tracks;
    }

    String firstMid() {
        return sections.isEmpty() ? "0" : sections.getFirst().mid;
    }

    // -- answering

    SessionDescription answer(long now, SessionDescription offer, Setup setup) throws NegotiationException {
        if (offer.media.size() < sections.size())
            throw new NegotiationException("the offer has " + offer.media.size() + " media sections, the one before had " + sections.size());
        SessionDescription answer = session(offer.extmapAllowMixed);
        for (int i = 0; i < offer.media.size(); i++) {
            MediaDescription offered = offer.media.get(i);
            if (i == sections.size()) sections.add(new Section(i, offered.mid, offered.kind));
            Section section = sections.get(i);
            if (!section.kind.equals(offered.kind))
                throw new NegotiationException("media section " + i + " was " + section.kind + " and is now " + offered.kind);
            section.mid = offered.mid;
            section.described = true;
            MediaDescription mine = answer(now, section, offered);
            if (mine.port != 0) transport(answer, mine, setup);
            answer.media.add(mine);
        }
        return answer;
    }

    private MediaDescription answer(long now, Section section, MediaDescription offered) {
        MediaDescription mine = new MediaDescription();
        mine.kind = offered.kind;
        mine.protocol = offered.protocol;
        mine.mid = offered.mid;
        mine.direction = Direction.INACTIVE;
        if (offered.kind.equals(APPLICATION)) return application(mine);
        mine.rtcpMux = true;
        mine.rtcpReducedSize = offered.rtcpReducedSize;
        if (offered.direction.sends()) receive(now, section, offered, mine);
        else endReceiver(now, section);
        if (!mine.direction.receives()) send(now, section, offered, mine);
        if (mine.codecs.isEmpty()) {
            mine.codecs = catalogue.common(offered, "", !offered.direction.receives());
            mine.extensions = catalogue.commonExtensions(offered);
        }
        if (offered.rejected() || mine.codecs.isEmpty()) {
            mine.port = 0;
            mine.codecs = new ArrayList<>(offered.codecs.subList(0, Math.min(1, offered.codecs.size())));
            mine.direction = Direction.INACTIVE;
        }
        return mine;
    }

    private static MediaDescription application(MediaDescription mine) {
        mine.formats = new ArrayList<>(List.of("webrtc-datachannel"));
        mine.direction = Direction.SENDRECV;
        mine.sctpPort = 5_000;
        mine.maxMessageSize = 65_535;
        return mine;
    }

    private void receive(long now, Section section, MediaDescription offered, MediaDescription mine) {
        String cid = offered.msids.isEmpty() ? "" : offered.msids.getFirst().track();
        Carried carried = carriedBy(section, offered, cid);
        mine.direction = Direction.RECVONLY;
        mine.codecs = new ArrayList<>(catalogue.common(offered, carried == null ? "" : first(carried), true));
        mine.extensions = catalogue.commonExtensions(offered);
        for (Rid rid : offered.rids)
            if (rid.direction().equals("send")) mine.rids.add(new Rid(rid.id(), "recv", rid.restrictions()));
        mine.simulcastReceive.addAll(offered.simulcastSend);
        if (carried == null || mine.codecs.isEmpty()) return;
        PublicationSpec publication = carried.publication;
        if (!publication.video()) mungeOpus(publication, mine);
        else if (peer.spec().firefox()) keepOnlyWantedCodec(carried.mime(), mine);
        Receiver receiver = section.receiver;
        if (receiver != null && !carried.by(receiver)) {
            endReceiver(now, section);
            receiver = null;
        }
        if (receiver == null) section.receiver = receiver = new Receiver(peer, offered.mid, publication.video(), carried.rank);
        receiver.describe(publication, mine, List.copyOf(offered.simulcastSend), cid);
        peer.announced(now, receiver, offered);
    }

    /** Spec 4.6: opus comes in RED unless the client does not want that, or its payload is its own business. */
    private static String first(Carried carried) {
        PublicationSpec publication = carried.publication;
        String mime = carried.mime();
        boolean opus = mime.isEmpty() || CodecCatalogue.sameMime(mime, "audio/opus") || CodecCatalogue.sameMime(mime, "audio/red");
        if (publication.video() || !opus) return mime;
        return publication.redDisabled() || publication.encrypted() ? "audio/opus" : "audio/red";
    }

    /**
     * The codec that was asked for comes first, where the room speaks it. Firefox ignores the order of an answer: it gets no other one. Others need
     * them: pion offers for later sections only what was answered in earlier ones, so no backup codec.
     */
    private static void keepOnlyWantedCodec(String mime, MediaDescription mine) {
        if (mime.isEmpty()) return;
        List<Codec> wanted = new ArrayList<>();
        for (Codec codec : mine.codecs) if (CodecCatalogue.sameMime(codec.mime("video"), mime)) wanted.add(codec);
        if (wanted.isEmpty()) return;
        List<Codec> repairs = new ArrayList<>();
        for (Codec codec : mine.codecs)
            if (codec.isRtx() && wanted.stream().anyMatch(w -> w.payloadType() == codec.apt())) repairs.add(codec);
        wanted.addAll(repairs);
        mine.codecs = wanted;
    }

    private static void mungeOpus(PublicationSpec publication, MediaDescription mine) {
        mine.codecs.replaceAll(codec -> {
            if (!codec.is("opus")) return codec;
            String fmtp = codec.fmtp();
            if (publication.dtx() && !fmtp.contains("usedtx=1")) fmtp += ";usedtx=1";
            if (publication.stereo() && !fmtp.contains("stereo=1;max")) fmtp += ";stereo=1;maxaveragebitrate=510000";
            return codec.withFmtp(fmtp.startsWith(";") ? fmtp.substring(1) : fmtp);
        });
    }

    /** A track in one of its codecs: what one section carries. */
    private record Carried(PublicationSpec publication, int rank) {
        String mime() {
            return publication.mime(rank);
        }

        boolean kept(KeptSection section) {
            return section != null && rank == section.publishedRank() && publication.trackSid().equals(section.published());
        }

        boolean by(Receiver receiver) {
            return receiver.rank() == rank && receiver.publication().trackSid().equals(publication.trackSid());
        }
    }

    /**
     * Spec 4.6: by msid track id, else what the section carried before, else the first of that kind that no section carries yet; of backups
     * only one that the client has announced.
     */
    private Carried carriedBy(Section section, MediaDescription offered, String cid) {
        List<Carried> free = new ArrayList<>();
        boolean video = offered.kind.equals("video");
        for (PublicationSpec publication : expected.values())
            for (int rank = 0; publication.video() == video && rank < publication.codecs(); rank++) {
                Carried carried = new Carried(publication, rank);
                if (!carriedElsewhere(section, carried)) free.add(carried);
            }
        for (Carried carried : free) if (carried.publication.named(carried.rank, cid)) return carried;
        if (section.receiver != null && (cid.isEmpty() || cid.equals(section.receiver.cid()))) {
            PublicationSpec publication = expected.get(section.receiver.publication().trackSid());
            return publication == null || section.receiver.rank() >= publication.codecs() ? null : new Carried(publication, section.receiver.rank());
        }
        for (Carried carried : free) if (section.receiver == null && carried.kept(section.kept)) return carried;
        for (Carried carried : free) if (carried.rank == 0 && !otherSectionNames(carried.publication)) return carried;
        for (Carried carried : free) if (carried.rank > 0 && !carried.publication.backups().get(carried.rank - 1).cid().isEmpty()) return carried;
        return null;
    }

    private boolean otherSectionNames(PublicationSpec publication) {
        for (Section section : sections) {
            if (section.receiver != null && publication.cids().contains(section.receiver.cid())) return true;
            if (section.receiver == null && section.kept != null && publication.trackSid().equals(section.kept.published())) return true;
        }
        return false;
    }

    private boolean carriedElsewhere(Section here, Carried carried) {
        for (Section section : sections) if (section != here && section.receiver != null && carried.by(section.receiver)) return true;
        return false;
    }

    private void endReceiver(long now, Section section) {
        Receiver receiver = section.receiver;
        section.receiver = null;
        if (receiver != null) peer.ended(now, receiver);
    }

    /** Our side of a section in which the client receives. */
    private void send(long now, Section section, MediaDescription offered, MediaDescription mine) {
        if (section.sender == null && !section.retiring && offered.direction == Direction.RECVONLY && peer.sendsInAnswers())
            claim(now, section, offered);
        section.retiring = false;
        Sender sender = section.sender;
        if (sender == null || !offered.direction.receives()) return;
        mine.direction = Direction.SENDONLY;
        mine.codecs = catalogue.common(offered, first(sender, offered), false);
        if (redundant(sender)) mine.codecs.replaceAll(codec -> codec.is("opus") || codec.isRed() ? codec.withFeedback(List.of()) : codec);
        mine.extensions = catalogue.commonExtensions(offered);
        streams(sender, mine);
        bind(now, sender, mine);
        if (section.sender != null) return;
        mine.direction = Direction.INACTIVE;
        mine.msids.clear();
        mine.ssrcs.clear();
        mine.ssrcGroups.clear();
    }

    private boolean redundant(Sender sender) {
        return sender.spec().red() && catalogue.takesRed();
    }

    private void claim(long now, Section section, MediaDescription offered) {
        for (Sender sender : List.copyOf(waiting)) {
            if (sender.spec().video() != offered.kind.equals("video") || !suits(section, sender)) continue;
            waiting.remove(sender);
            if (choose(sender, catalogue.common(offered, "", false)) < 0) {
                peer.unsupported(now, sender, "the client does not receive " + names(sender));
                continue;
            }
            occupy(section, sender);
            return;
        }
    }

    static void occupy(Section section, Sender sender) {
        section.sender = sender;
        section.carried = sender.spec().trackSid();
        sender.section = section;
    }

    /**
     * Whether a section without a sender may become this one's. Where tracks are played together, a section belongs to one track for good
     * (spec 6.13), as long as they are not many.
     */
    private boolean suits(Section section, Sender sender) {
        if (!peer.spec().playout().together() || section.carried == null || sections.size() >= MANY_SECTIONS) return true;
        return section.carried.equals(sender.spec().trackSid());
    }

    private static Codec match(Codec published, List<Codec> codecs) {
        for (Codec codec : codecs) if (CodecMatch.same(codec, published)) return codec;
        // A stream of a lower H.264 profile or another packetization can be decoded by whoever takes any H.264.
        for (Codec codec : codecs) if (published.is("H264") && codec.is("H264")) return codec;
        return null;
    }

    /** @return the codec that the sender has already if the client still takes it, else the first one that it takes; -1 if it takes none */
    private static int choose(Sender sender, List<Codec> codecs) {
        if (sender.rank() >= 0 && takes(sender, sender.rank(), codecs)) return sender.rank();
        for (int rank = 0; rank < sender.spec().codecs().size(); rank++) if (takes(sender, rank, codecs)) return rank;
        return -1;
    }

    private static boolean takes(Sender sender, int rank, List<Codec> codecs) {
        return sender.may(rank) && match(sender.spec().codecs().get(rank), codecs) != null;
    }

    private String first(Sender sender, MediaDescription offered) {
        int rank = choose(sender, catalogue.common(offered, "", false));
        return (rank < 0 ? sender.codec() : sender.spec().codecs().get(rank)).mime(offered.kind);
    }

    private static String names(Sender sender) {
        List<String> names = new ArrayList<>();
        for (int rank = 0; rank < sender.spec().codecs().size(); rank++)
            if (sender.may(rank)) names.add(sender.spec().codecs().get(rank).mime(sender.spec().kind()));
        return String.join(" or ", names);
    }

    private void bind(long now, Sender sender, MediaDescription negotiated) {
        int rank = choose(sender, negotiated.codecs);
        if (rank < 0) {
            sender.section.sender = null;
            sender.section.retiring = true;
            sender.section = null;
            sender.unbind();
            peer.unsupported(now, sender, "the client took the section without " + names(sender));
            return;
        }
        boolean known = sender.rank() == rank;
        bind(sender, rank, negotiated);
        if (!known) peer.bound(now, sender);
    }

    private void bind(Sender sender, int rank, MediaDescription negotiated) {
        Codec codec = match(sender.spec().codecs().get(rank), negotiated.codecs);
        Codec red = redundant(sender) ? negotiated.redOf(codec.payloadType()) : null;
        sender.bind(rank, negotiated, codec, negotiated.rtxOf(codec.payloadType()), red);
    }

    /** @return false if the client has negotiated the sender without that codec, or gets another codec in another section only */
    boolean take(Sender sender, int rank) {
        if (rank >= sender.spec().codecs().size()) return false;
        boolean other = sender.bound() && sender.rank() != rank;
        if (other && (!peer.changesCodec() || match(sender.spec().codecs().get(rank), sender.negotiated().codecs) == null)) return false;
        sender.only(rank);
        if (other) bind(sender, rank, sender.negotiated());
        return true;
    }

    private static void streams(Sender sender, MediaDescription mine) {
        SenderSpec spec = sender.spec();
        mine.msids.add(new Msid(spec.streamId(), spec.trackSid()));
        long ssrc = Integer.toUnsignedLong(sender.ssrc());
        String msid = spec.streamId() + " " + spec.trackSid();
        mine.ssrcs.put(ssrc, attributes(spec.streamId(), msid));
        if (!spec.video()) return;
        long rtx = Integer.toUnsignedLong(sender.rtxSsrc());
        mine.ssrcGroups.add(new SsrcGroup("FID", List.of(ssrc, rtx)));
        mine.ssrcs.put(rtx, attributes(spec.streamId(), msid));
    }

    private static Map<String, String> attributes(String cname, String msid) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("cname", cname);
        attributes.put("msid", msid);
        return attributes;
    }

    /** How many more receiving sections the client must offer for the senders that wait; the freed ones count. */
    int missing(boolean video) {
        List<Section> free = new ArrayList<>(sections.stream().filter(s -> s.kind.equals(video ? "video" : "audio") && free(s)).toList());
        int missing = 0;
        for (Sender sender : waiting) {
            if (sender.spec().video() != video) continue;
            Section section = place(free, sender);
            if (section == null) missing++;
            free.remove(section);
        }
        return missing;
    }

    private final java.util.Set<Section> receiving = new java.util.HashSet<>();

    private boolean free(Section section) {
        return receiving.contains(section) && section.sender == null && !section.retiring;
    }

    /** Notes which sections the client is ready to receive in. */
    void noteReceiving(SessionDescription offer) {
        receiving.clear();
        for (int i = 0; i < offer.media.size(); i++)
            if (offer.media.get(i).direction == Direction.RECVONLY && !offer.media.get(i).rejected()) receiving.add(sections.get(i));
    }

    // -- offering

    SessionDescription offer(long now) {
        if (sections.isEmpty()) sections.add(new Section(0, "0", APPLICATION));
        for (Sender sender : List.copyOf(waiting)) place(now, sender);
        SessionDescription offer = session(true);
        for (Section section : sections) {
            section.described = true;
            MediaDescription mine = offered(section);
            transport(offer, mine, Setup.ACTPASS);
            offer.media.add(mine);
        }
        offerOutstanding = true;
        return offer;
    }

    private void place(long now, Sender sender) {
        waiting.remove(sender);
        String kind = sender.spec().video() ? "video" : "audio";
        Section section = place(sections.stream().filter(s -> s.kind.equals(kind) && s.sender == null && !s.retiring).toList(), sender);
        if (section == null && sections.size() == MAX_SECTIONS) {
            peer.unsupported(now, sender, "the connection has " + MAX_SECTIONS + " media sections, and none is free");
            return;
        }
        if (section == null) {
            section = new Section(sections.size(), String.valueOf(sections.size()), kind);
            sections.add(section);
        }
        occupy(section, sender);
    }

    /** @return of sections without a sender the one that had the track before, else the last that suits; null if none does */
    private Section place(List<Section> free, Sender sender) {
        Section found = null;
        for (Section section : free) {
            if (sender.spec().trackSid().equals(section.carried)) return section;
            if (suits(section, sender)) found = section;
        }
        return found;
    }

    private MediaDescription offered(Section section) {
        MediaDescription mine = new MediaDescription();
        mine.kind = section.kind;
        mine.mid = section.mid;
        if (section.kind.equals(APPLICATION)) {
            mine.protocol = "UDP/DTLS/SCTP";
            return application(mine);
        }
        mine.rtcpMux = true;
        mine.rtcpReducedSize = true;
        Sender sender = section.sender;
        section.sends = sender != null;
        mine.direction = sender == null ? Direction.INACTIVE : Direction.SENDONLY;
        Codec unused = section.kind.equals("audio") ? DEFAULT_AUDIO : DEFAULT_VIDEO;
        mine.codecs = sender == null ? new ArrayList<>(catalogue.toOffer(section.kind, unused, false)) : offered(sender);
        mine.extensions = catalogue.extensionsToOffer(section.kind);
        if (sender != null) streams(sender, mine);
        return mine;
    }

    private List<Codec> offered(Sender sender) {
        List<Codec> offered = new ArrayList<>();
        List<Codec> codecs = sender.spec().codecs();
        for (int rank = 0; rank < codecs.size(); rank++) {
            Codec codec = codecs.get(rank);
            boolean alone = codecs.size() == 1;
            if (!sender.may(rank) || !alone && !catalogue.enabled(sender.spec().kind(), codec)) continue;
            for (Codec format : catalogue.toOffer(sender.spec().kind(), codec, redundant(sender)))
                if (offered.stream().noneMatch(known -> known.payloadType() == format.payloadType())) offered.add(format);
        }
        if (offered.isEmpty()) offered.addAll(catalogue.toOffer(sender.spec().kind(), sender.codec(), redundant(sender)));
        return offered;
    }

    private static final Codec DEFAULT_AUDIO = new Codec(111, "opus", 48_000, 2, "", List.of());
    private static final Codec DEFAULT_VIDEO = new Codec(96, "VP8", 90_000, 1, "", List.of());

    void accept(long now, SessionDescription answer) throws NegotiationException {
        if (!offerOutstanding) throw new NegotiationException("an answer without an offer");
        offerOutstanding = false;
        for (int i = 0; i < Math.min(sections.size(), answer.media.size()); i++) {
            Section section = sections.get(i);
            MediaDescription theirs = answer.media.get(i);
            if (section.kind.equals(APPLICATION)) continue;
            Sender sender = section.sender;
            if (section.retiring && !section.sends) section.retiring = false;
            if (sender == null) continue;
            if (theirs.rejected() || theirs.codecs.isEmpty()) {
                section.sender = null;
                sender.section = null;
                peer.unsupported(now, sender, "the client refused " + names(sender));
            } else if (theirs.direction.receives()) {
                bind(now, sender, theirs);
            }
        }
    }

    /** An answer will not come: the signalling that carried the offer is gone. */
    void withdraw() {
        offerOutstanding = false;
    }

    boolean offerOutstanding() {
        return offerOutstanding;
    }

    // -- both

    private SessionDescription session(boolean mixed) {
        SessionDescription session = new SessionDescription();
        session.sessionId = sessionId;
        session.version = version++;
        session.extmapAllowMixed = mixed;
        session.iceLite = peer.iceLite();
        return session;
    }

    private void transport(SessionDescription session, MediaDescription mine, Setup setup) {
        session.bundle.add(mine.mid);
        mine.iceUfrag = peer.iceCredentials().ufrag();
        mine.icePwd = peer.iceCredentials().password();
        mine.iceOptions = "trickle";
        mine.fingerprint = peer.fingerprint();
        mine.setup = setup;
    }
}
