package io.stoa.peer;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.bwe.SendSideEstimator;
import io.stoa.dtls.DtlsConnection;
import io.stoa.dtls.DtlsHandler;
import io.stoa.dtls.DtlsSettings;
import io.stoa.dtls.SrtpKeys;
import io.stoa.ice.IceAgent;
import io.stoa.ice.IceCandidate;
import io.stoa.ice.IceCredentials;
import io.stoa.ice.IceException;
import io.stoa.ice.IceHandler;
import io.stoa.ice.IceSettings;
import io.stoa.ice.IceState;
import io.stoa.media.DataLane;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.sdp.Fingerprint;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One WebRTC connection. Belongs to one loop. Everything that arrives comes through {@link #receive}, which sorts it by its first byte;
 * everything that is due comes out in {@link #wake} and {@link #flush}.
 */
public final class Peer {
    private static final int MAX_WAITING_CANDIDATES = 64;
    /**
     * For so long a section that has become free waits for something else that is to be negotiated: where tracks go others often come, and they
     * would have to wait for the end of a negotiation that nobody needs.
     */
    private static final long TIDY_AFTER = 500 * Time.MILLI;

    private final PeerSpec spec;
    private final PeerTools tools;
    private final PeerHandler handler;
    private final DropCounters drops = new DropCounters();
    private final IceAgent ice;
    private final Negotiation negotiation;
    private final MediaTransport media;
    private final DataLanes lanes;
    private final List<IceCandidate> early = new ArrayList<>();

    private DtlsConnection dtls;
    private Fingerprint remoteFingerprint;
    private List<LocalEndpoint> endpoints = List.of();
    private SrtpContext outbound;
    private SrtpContext inbound;
    private PeerState state = PeerState.NEW;
    private boolean candidatesSent;
    private boolean tcpOnly;
    private boolean announceCandidates;
    private long tidyAt = Time.NEVER;
    private long now;

    public Peer(PeerSpec spec, PeerTools tools, PeerHandler handler) {
        this.spec = spec;
        this.tools = tools;
        this.handler = handler;
        tcpOnly = spec.tcpOnly();
        ice = spec.iceLite()
                ? IceAgent.lite(IceSettings.DEFAULT, tools.random(), new IceEvents())
                : new IceAgent(IceSettings.DEFAULT, offers(), tools.random(), new IceEvents());
        boolean delaysVideo = spec.playout().delayed() && spec.role() != PeerSpec.Role.PUBLISHER;
        CodecCatalogue catalogue = new CodecCatalogue(spec.enabledCodecs(), spec.red() && !spec.firefox(), delaysVideo);
        negotiation = new Negotiation(this, catalogue, tools.random().nextLong());
        media = new MediaTransport(this, handler, tools.random().nextInt(), drops);
        lanes = new DataLanes(handler, this::sendSctp, drops, tools.random(), offers());
    }

    private boolean offers() {
        return spec.role() == PeerSpec.Role.SUBSCRIBER;
    }

    boolean sendsInAnswers() {
        return spec.role() == PeerSpec.Role.SINGLE;
    }

    // -- what the outside asks

    public PeerSpec spec() {
        return spec;
    }

    public PeerState state() {
        return state;
    }

    public DropCounters drops() {
        DropCounters all = new DropCounters();
        drops.addTo(all);
        ice.drops().addTo(all);
        if (dtls != null) dtls.drops().addTo(all);
        lanes.addDropsTo(all);
        return all;
    }

    /** What was asked for again, by either side. */
    public FeedbackCounts feedbackCounts() {
        return media.feedbackCounts();
    }

    /** The same counters for whoever handles the peer's packets further: one writer, the loop. */
    public DropCounters ownDrops() {
        return drops;
    }

    /** Whether a STUN request with this ufrag is for this peer. */
    public boolean claims(String ufrag) {
        return ice.claims(ufrag);
    }

    public String localUfrag() {
        return ice.local().ufrag();
    }

    /** The flow that media takes, null before there is one. */
    public Flow selected() {
        return ice.selected();
    }

    /** Which way that is; null before there is one. */
    public PeerPath path() {
        Flow flow = ice.selected();
        if (flow == null) return null;
        if (ice.relayed()) return PeerPath.RELAY;
        return flow.protocol == Flow.Protocol.TCP ? PeerPath.TCP : PeerPath.UDP;
    }

    /** By RTCP if there were reports, else by ICE; 0 if unknown. */
    public long roundTripNanos() {
        return media.roundTripNanos() > 0 ? media.roundTripNanos() : ice.roundTripNanos();
    }

    /** Of the client's packets in the last report interval. */
    public double lossFraction() {
        return media.lossFraction();
    }

    /** How much the client can take; null as long as it tells nothing by which to know. */
    public SendSideEstimator estimator() {
        return media.estimator();
    }

    public void localEndpoints(List<LocalEndpoint> local) {
        endpoints = local;
        ice.localCandidates(candidates(Peer::own));
    }

    /** In the order of the endpoints; several may be seen as one, and one in several ways, of which the further ones are the least. */
    private List<IceCandidate> candidates(Function<LocalEndpoint, List<TransportAddress>> addresses) {
        List<IceCandidate> candidates = new ArrayList<>();
        boolean onlyTcp = tcpOnly && endpoints.stream().anyMatch(endpoint -> endpoint.protocol() == Flow.Protocol.TCP);
        for (int i = 0; i < endpoints.size(); i++) {
            LocalEndpoint endpoint = endpoints.get(i);
            if (onlyTcp && endpoint.protocol() != Flow.Protocol.TCP) continue;
            List<TransportAddress> named = addresses.apply(endpoint);
            for (int j = 0; j < named.size(); j++) {
                IceCandidate candidate = IceCandidate.host(endpoint.protocol(), named.get(j), i + j * endpoints.size(), ice.local().ufrag());
                if (candidates.stream().noneMatch(c -> c.protocol() == candidate.protocol() && c.address().equals(candidate.address()))) candidates.add(candidate);
            }
        }
        return candidates;
    }

    private static List<TransportAddress> own(LocalEndpoint endpoint) {
        return List.of(endpoint.address());
    }

    /** To a relay Firefox takes a path only from addresses that it was told: where some are seen from outside, those alone. */
    private List<TransportAddress> told(LocalEndpoint endpoint) {
        if (!spec.firefox()) return endpoint.advertised();
        boolean hidden = isInside(endpoint) && endpoints.stream().anyMatch(other -> other.address().isIpv4() && other.mapped());
        return hidden ? List.of() : endpoint.advertised().subList(0, 1);
    }

    private static boolean isInside(LocalEndpoint endpoint) {
        return endpoint.address().isIpv4() && !endpoint.mapped() && !endpoint.address().isLoopback();
    }

    /** From the next ICE restart on. */
    public void tcpOnly(boolean alone) {
        tcpOnly = alone;
    }

    // -- negotiation

    public SessionDescription answer(long time, SessionDescription offer) throws NegotiationException {
        now = time;
        remote(time, offer);
        if (dtls == null) dtls = dtls(theirSetup(offer) != Setup.ACTIVE);
        SessionDescription answer = negotiation.answer(time, offer, dtlsClient ? Setup.ACTIVE : Setup.PASSIVE);
        negotiation.noteReceiving(offer);
        answered = true;
        described(time);
        if (sendsInAnswers() && negotiation.hasWaiting()) requireSections();
        return answer;
    }

    public SessionDescription offer(long time, boolean restartIce) throws NegotiationException {
        now = time;
        if (negotiation.offerOutstanding() && !restartIce) throw new NegotiationException("an offer is waiting for its answer");
        negotiation.withdraw();
        if (restartIce && ice.state() != IceState.NEW) restart(time);
        SessionDescription offer = negotiation.offer(time);
        announceCandidates = true;
        return offer;
    }

    public void accept(long time, SessionDescription answer) throws NegotiationException {
        now = time;
        remote(time, answer);
        if (dtls == null) dtls = dtls(theirSetup(answer) == Setup.PASSIVE);
        negotiation.accept(time, answer);
        described(time);
        if (negotiation.hasWaiting()) handler.offerNeeded();
    }

    private boolean dtlsClient;
    /** Before its first answer the client has an offer on the way, which may have all the sections that are needed. */
    private boolean answered;

    private DtlsConnection dtls(boolean client) {
        dtlsClient = client;
        lanes.role(client);
        List<Integer> profiles = engine().profiles().stream().map(profile -> profile.id).toList();
        return new DtlsConnection(DtlsSettings.of(tools.certificate(), client, profiles), tools.secureRandom(), tools.keys().get(), new DtlsEvents());
    }

    private static Setup theirSetup(SessionDescription description) {
        return description.media.getFirst().setup;
    }

    /** ICE credentials and fingerprint, which all bundled sections share. */
    private void remote(long time, SessionDescription description) throws NegotiationException {
        if (description.iceLite && ice.lite()) throw new NegotiationException("both sides are ICE lite: nobody would look for a path");
        if (description.iceLite) ice.facesLite();
        if (description.media.isEmpty()) throw new NegotiationException("the description has no media section");
        MediaDescription first = description.media.stream().filter(m -> m.iceUfrag != null).findFirst()
                .orElseThrow(() -> new NegotiationException("no media section has ice-ufrag and ice-pwd"));
        if (first.icePwd == null) throw new NegotiationException("ice-ufrag without ice-pwd");
        if (first.fingerprint == null) throw new NegotiationException("no fingerprint; only DTLS-SRTP is spoken here");
        IceCredentials credentials = new IceCredentials(first.iceUfrag, first.icePwd);
        if (!offers() && ice.hasRemote() && !credentials.equals(remoteCredentials)) restart(time);
        remoteCredentials = credentials;
        remoteFingerprint = first.fingerprint;
        ice.remoteCredentials(time, credentials);
        for (IceCandidate candidate : early) ice.addRemote(time, candidate);
        early.clear();
        for (MediaDescription section : description.media) for (String line : section.candidates) addCandidate(time, line);
    }

    private IceCredentials remoteCredentials;

    private void restart(long time) {
        ice.restart(time);
        ice.localCandidates(candidates(Peer::own));
        candidatesSent = false;
    }

    /** After a description of ours was made: DTLS prepares what it can say, candidates go out. */
    private void described(long time) {
        if (dtls.isNew()) dtls.prepare(remoteFingerprint.algorithm(), remoteFingerprint.hash());
        if (ice.usable() != null) dtls.start();
        announceCandidates = true;
    }

    private void announceCandidates() {
        announceCandidates = false;
        if (candidatesSent) return;
        candidatesSent = true;
        String mid = negotiation.firstMid();
        for (IceCandidate candidate : candidates(this::told)) handler.candidate(candidate.toSdp(), mid, 0, false);
        handler.candidate("", mid, 0, true);
    }

    public void addCandidate(long time, String line) {
        now = time;
        if (line == null || line.isBlank()) return;
        IceCandidate candidate;
        try {
            candidate = IceCandidate.parse(line);
        } catch (IceException e) {
            drops.count(e.drop());
            return;
        }
        if (ice.hasRemote()) ice.addRemote(time, candidate);
        else if (early.size() < MAX_WAITING_CANDIDATES) early.add(candidate);
        else drops.count(Drop.ICE_CANDIDATE_LIMIT);
    }

    public Map<String, String> trackSidByMid() {
        return negotiation.trackSidByMid();
    }

    IceCredentials iceCredentials() {
        return ice.local();
    }

    boolean iceLite() {
        return ice.lite();
    }

    Fingerprint fingerprint() {
        return new Fingerprint("sha-256", tools.certificate().sha256());
    }

    // -- tracks

    public void expect(PublicationSpec publication) {
        negotiation.expect(publication);
    }

    public void unpublish(long time, String trackSid) {
        for (Receiver receiver : negotiation.unpublish(trackSid)) ended(time, receiver);
    }

    public Sender addSender(long time, SenderSpec track) {
        Sender sender = new Sender(this, track, media.newSsrc(tools.random()), media.newSsrc(tools.random()), tools.random().nextInt(0x8000));
        negotiation.add(sender);
        wantsNegotiation();
        return sender;
    }

    // -- after another peer

    /** The media sections as the client knows them. */
    public List<KeptSection> keptSections() {
        return negotiation.keep();
    }

    public List<KeptLane> keptLanes() {
        return lanes.keep();
    }

    /**
     * The client has had this connection with another peer, and goes on with it by restarting ICE: descriptions have the sections that it
     * knows. Before anything is negotiated.
     *
     * @param peersBefore how many have had it before
     */
    public void goOn(List<KeptSection> sections, List<KeptLane> open, int peersBefore) {
        negotiation.goOn(sections);
        lanes.goOn(open);
        ice.nominatesInRound(peersBefore + 1);
    }

    /**
     * A sender in the section in which the client has received the track before, as one of that stream; before the first description.
     *
     * @return null if it has not
     */
    public Sender goOnSending(String trackSid, String streamId) {
        Section section = negotiation.keptFor(trackSid, streamId);
        if (section == null) return null;
        Sender sender = new Sender(this, section.kept.sent(), media.newSsrc(tools.random()), media.newSsrc(tools.random()), tools.random().nextInt(0x8000));
        sender.only(section.kept.rank() > 0 ? section.kept.rank() : -1);
        Negotiation.occupy(section, sender);
        return sender;
    }

    public void removeSender(long time, Sender sender) {
        media.remove(sender);
        negotiation.remove(sender);
        if (tidyAt == Time.NEVER) tidyAt = time + TIDY_AFTER;
    }

    /**
     * The sender's track in that codec and no other, from the next packet on.
     *
     * @return false if the client has negotiated the sender without it: then there must be another sender
     */
    public boolean take(Sender sender, int rank) {
        return negotiation.take(sender, rank);
    }

    boolean changesCodec() {
        return spec.changesCodec();
    }

    private void wantsNegotiation() {
        if (!negotiation.hasWaiting()) return;
        if (offers()) handler.offerNeeded();
        else if (answered) requireSections();
    }

    private void requireSections() {
        handler.sectionsRequired(negotiation.missing(false), negotiation.missing(true));
    }

    void announced(long time, Receiver receiver, MediaDescription offered) {
        media.announced(receiver, offered);
        handler.receiverChanged(time, receiver);
    }

    void ended(long time, Receiver receiver) {
        media.remove(receiver);
        handler.receiverEnded(time, receiver);
    }

    void bound(long time, Sender sender) {
        media.add(time, sender);
        handler.bound(time, sender);
    }

    void unsupported(long time, Sender sender, String why) {
        media.remove(sender);
        handler.unsupported(time, sender, why);
    }

    void pli(int ssrc) {
        media.pli(ssrc);
    }

    // -- packets

    /** One datagram; its bytes are changed (decryption), and so are up to 16 bytes behind it. */
    public void receive(long time, Flow flow, byte[] bytes, int offset, int length) {
        now = time;
        if (length == 0) {
            drops.count(Drop.EMPTY);
            return;
        }
        int first = bytes[offset] & 0xff;
        if (first < 4) ice.receive(time, flow, bytes, offset, length);
        else if (first >= 20 && first < 64) receiveDtls(bytes, offset, length);
        else if (first >= 128 && first < 192) receiveMedia(time, flow, bytes, offset, length);
        else drops.count(Drop.UNKNOWN_PROTOCOL);
    }

    private void receiveDtls(byte[] bytes, int offset, int length) {
        if (dtls == null) drops.count(Drop.DTLS_TOO_EARLY);
        else dtls.receive(bytes, offset, length);
    }

    private void receiveMedia(long time, Flow flow, byte[] bytes, int offset, int length) {
        if (inbound == null) {
            drops.count(Drop.SRTP_TOO_EARLY);
            return;
        }
        boolean rtcp = length > 1 && (bytes[offset + 1] & 0x7f) >= 64 && (bytes[offset + 1] & 0x7f) < 96;
        int plain = rtcp ? inbound.unprotectRtcp(bytes, offset, length) : inbound.unprotectRtp(bytes, offset, length);
        if (plain < 0) {
            drops.count(SrtpContext.dropOf(plain));
            return;
        }
        ice.heard(time, flow);
        if (rtcp) media.rtcp(time, bytes, offset, plain);
        else media.rtp(time, bytes, offset, plain);
    }

    /** After {@link PeerHandler#ready}: what the DTLS handshake has produced goes out. */
    public void drain(long time) {
        now = time;
        if (dtls != null) dtls.drain();
    }

    /** DTLS takes the first path that works, whichever is selected later. */
    private void secure() {
        if (dtls == null || ice.usable() == null) return;
        dtls.start();
        dtls.drain();
    }

    /** Once per turn for a peer that was touched in it. */
    public void flush(long time) {
        now = time;
        if (announceCandidates) announceCandidates();
        lanes.flush(time);
        media.flush(time);
    }

    public void wake(long time) {
        now = time;
        if (Time.due(ice.nextWake(), time)) ice.wake(time);
        if (Time.due(lanes.nextWake(), time)) lanes.wake(time);
        if (Time.due(media.nextWake(), time)) media.wake(time);
        if (!Time.due(tidyAt, time)) return;
        tidyAt = Time.NEVER;
        wantsNegotiation();
    }

    public long nextWake() {
        if (state == PeerState.CLOSED) return Time.NEVER;
        return Time.earlier(Time.earlier(ice.nextWake(), lanes.nextWake()), Time.earlier(media.nextWake(), tidyAt));
    }

    /** The flow's connection is gone (TCP). */
    public void flowClosed(long time, Flow flow) {
        now = time;
        ice.flowClosed(time, flow);
    }

    boolean canSendMedia() {
        return outbound != null && ice.selected() != null;
    }

    PacketOutbox outbox() {
        return tools.outbox();
    }

    SrtpContext outbound() {
        return outbound;
    }

    private SrtpEngine engine() {
        return tools.outbox().engine();
    }

    /**
     * The loop's engine protects this connection from the next packet on: keys, roll-over counters and replay windows go over. If it
     * cannot, the engine before goes on, and it throws.
     */
    public void changeEngine() {
        if (outbound == null) return;
        tools.outbox().flush();
        SrtpContext nextOutbound = engine().goOn(outbound);
        SrtpContext nextInbound;
        try {
            nextInbound = engine().goOn(inbound);
        } catch (RuntimeException | LinkageError e) {
            nextOutbound.close();
            throw e;
        }
        outbound.close();
        inbound.close();
        outbound = nextOutbound;
        inbound = nextInbound;
    }

    void transmit(byte[] bytes, int offset, int length) {
        Flow flow = ice.usable();
        if (flow != null) handler.transmit(flow, bytes, offset, length);
        else drops.count(Drop.NOT_CONNECTED);
    }

    private void sendSctp(byte[] bytes, int offset, int length) {
        if (dtls != null) dtls.send(bytes, offset, length);
    }

    // -- data

    public boolean send(long time, DataLane lane, byte[] message, int offset, int length) {
        now = time;
        return lanes.send(time, lane, message, offset, length);
    }

    public boolean isOpen(DataLane lane) {
        return lanes.isOpen(lane);
    }

    // -- end

    public void close(long time) {
        if (state == PeerState.CLOSED) return;
        now = time;
        lanes.abort();
        if (dtls != null) dtls.close();
        ice.close();
        if (outbound != null) outbound.close();
        if (inbound != null) inbound.close();
        outbound = inbound = null;
        become(PeerState.CLOSED, "closed");
    }

    private void become(PeerState next, String reason) {
        if (state == next || state == PeerState.CLOSED || state == PeerState.CLOSED_BY_CLIENT && next != PeerState.CLOSED) return;
        state = next;
        handler.stateChanged(now, next, reason);
    }

    /** For scenarios that drive time: nothing is under way on another thread. */
    public boolean quiescent() {
        return dtls == null || dtls.quiescent();
    }

    private final class IceEvents implements IceHandler {
        @Override
        public void send(Flow flow, byte[] bytes, int offset, int length) {
            handler.transmit(flow, bytes, offset, length);
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
            return handler.flow(protocol, local, remote);
        }

        @Override
        public boolean isRelay(TransportAddress remote) {
            return handler.isRelay(remote);
        }

        @Override
        public void verified(Flow flow) {
            handler.verified(now, flow);
            secure();
        }

        @Override
        public void selected(Flow flow) {
            handler.selected(now, flow);
            secure();
        }

        @Override
        public void stateChanged(IceState iceState, String reason) {
            switch (iceState) {
                case NEW, CHECKING -> {
                    if (state == PeerState.NEW) become(PeerState.CONNECTING, reason);
                }
                case CONNECTED -> become(outbound == null ? PeerState.CONNECTING : PeerState.CONNECTED, reason);
                case DISCONNECTED -> become(PeerState.DISCONNECTED, reason);
                case FAILED -> become(PeerState.FAILED, reason);
                case CLOSED -> {}
            }
        }
    }

    private final class DtlsEvents implements DtlsHandler {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            Peer.this.transmit(bytes, offset, length);
        }

        @Override
        public void connected(SrtpKeys keys) {
            SrtpProfile profile = SrtpProfile.ofId(keys.profileId());
            outbound = engine().outbound(profile, keys.localKey(), keys.localSalt());
            inbound = engine().inbound(profile, keys.remoteKey(), keys.remoteSalt());
            lanes.start(now);
            if (ice.state() == IceState.CONNECTED) become(PeerState.CONNECTED, String.valueOf(ice.selected()));
        }

        @Override
        public void data(byte[] bytes, int offset, int length) {
            lanes.receive(now, bytes, offset, length);
        }

        @Override
        public void closed(String reason) {
            become(PeerState.FAILED, reason);
        }

        @Override
        public void closedByOther() {
            become(PeerState.CLOSED_BY_CLIENT, "closed by the client");
        }

        @Override
        public void ready() {
            handler.ready();
        }
    }
}
