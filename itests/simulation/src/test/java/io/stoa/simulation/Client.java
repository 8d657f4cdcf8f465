package io.stoa.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.bwe.TransportFeedback;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.DtlsConnection;
import io.stoa.dtls.DtlsHandler;
import io.stoa.dtls.DtlsSettings;
import io.stoa.dtls.KeyOperations;
import io.stoa.dtls.SrtpKeys;
import io.stoa.ice.IceAgent;
import io.stoa.ice.IceCandidate;
import io.stoa.ice.IceCredentials;
import io.stoa.ice.IceHandler;
import io.stoa.ice.IceSettings;
import io.stoa.ice.IceState;
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
import io.stoa.rtp.RtcpView;
import io.stoa.rtp.RtcpWriter;
import io.stoa.rtp.RtpView;
import io.stoa.sctp.DataChannel;
import io.stoa.sctp.DataChannelHandler;
import io.stoa.sctp.DataChannels;
import io.stoa.sctp.Reliability;
import io.stoa.sctp.SctpSettings;
import io.stoa.sdp.Codec;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.portable.PortableSrtpEngine;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpProfile;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One WebRTC connection of a client with the plane's peer at its other end, and the signalling between the two. Its transports are
 * composed like those of a browser; what it sends comes from {@link Source}s, what it receives is judged by {@link Incoming} tracks.
 */
final class Client implements Station, PeerListener {
    private static final SecureRandom SECURE = new SecureRandom();
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(SECURE, Instant.now());
    private static final long REPORT_INTERVAL = Time.SECOND;
    /** 2026-01-01 in seconds since 1900. */
    private static final long EPOCH = 3_976_214_400L;

    final String name;
    final PeerSpec.Role role;
    final MediaPeer peer;
    final Link up;
    final Link down;
    final List<String> events = new ArrayList<>();
    final List<PeerState> states = new ArrayList<>();
    final List<PeerPath> paths = new ArrayList<>();
    final Map<DataLane, List<byte[]>> dataReceived = new EnumMap<>(DataLane.class);
    final Map<DataLane, List<byte[]>> dataArrived = new EnumMap<>(DataLane.class);
    /** Of tracks by their sid, in the order in which they were negotiated; the last one of a sid is current. */
    final Map<String, Incoming> incoming = new HashMap<>();
    /** Of tracks by their sid: the stream that they belong to, and the media section that they come in. */
    final Map<String, String> streams = new HashMap<>();
    final Map<String, String> mids = new HashMap<>();
    final List<Source> sources = new ArrayList<>();
    /** By track: in which codec the plane means the client to get it. */
    final Map<String, Integer> taken = new HashMap<>();
    final Feedback feedback = new Feedback();
    /** Of the plane's packets, as transport-wide feedback tells them. */
    private final TransportFeedback arrivals = new TransportFeedback();
    boolean reportsArrivals = true;
    /** By which it knows the server's frames of encrypted tracks. */
    byte[] trailer = {};
    /** False: it sends no receiver reports. */
    boolean reports = true;
    final List<byte[]> rtcpReceived = new ArrayList<>();
    int unknownSsrcs;
    /** Paths that the plane asked about: STUN requests. */
    int checked;

    private final VirtualNet net;
    private final RandomGenerator random;
    private final ClientSections sections;
    private final Map<Integer, Incoming> bySsrc = new HashMap<>();
    private final Map<Ends, Flow> flows = new HashMap<>();
    private final Map<DataLane, DataChannel> lanes = new EnumMap<>(DataLane.class);
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final RtpView view = new RtpView();
    private final RtcpView control = new RtcpView();
    private final RtcpWriter rtcp = new RtcpWriter();
    private final long clockOffset;
    private final IceAgent ice;
    private final List<IceCandidate> doors = new ArrayList<>();
    private boolean udpBlocked;
    private TransportAddress relay;
    private TransportAddress connection;
    private TransportAddress address;
    /** Of the server's, that were asked for. */
    int offers;
    private DtlsConnection dtls;
    private boolean dtlsClient;
    private SessionDescription remote;
    private DataChannels channels;
    private SrtpContext outbound;
    private SrtpContext inbound;
    private IceCredentials remoteCredentials;
    private volatile boolean dtlsReady;
    private int negotiating;
    private boolean offerWanted;
    private boolean reportsBegun;
    private long reportAt = Time.NEVER;
    private long roundTrip;
    private int transportSeq;
    private boolean ended;

    Client(VirtualNet net, String name, PeerSpec.Role role, TransportAddress address, java.util.function.Function<PeerListener, MediaPeer> opener) {
        this.net = net;
        this.name = name;
        this.role = role;
        this.address = address;
        random = net.random.split();
        up = net.link();
        down = net.link();
        clockOffset = random.nextLong(Time.SECOND);
        sections = new ClientSections(this);
        ice = new IceAgent(IceSettings.DEFAULT, role != PeerSpec.Role.SUBSCRIBER, random, new Ice());
        localCandidates();
        transportSeq = random.nextInt(0x10000);
        net.add(this);
        net.bind(address, this);
        peer = opener.apply(this);
    }

    private void localCandidates() {
        String ufrag = ice.local().ufrag();
        List<IceCandidate> candidates = new ArrayList<>();
        if (!udpBlocked) candidates.add(IceCandidate.host(Flow.Protocol.UDP, address, 0, ufrag));
        if (connection != null) candidates.add(asDatagrams(IceCandidate.host(Flow.Protocol.TCP, connection, 0, ufrag)));
        if (relay != null) candidates.add(relayed());
        ice.localCandidates(candidates);
    }

    private record Ends(TransportAddress local, TransportAddress remote) {}

    private IceCandidate relayed() {
        return new IceCandidate("relay", Flow.Protocol.UDP, 2L << 24 | 255, relay, "relay", "", ice.local().ufrag());
    }

    /** The network carries what goes over a connection as it carries everything. */
    private static IceCandidate asDatagrams(IceCandidate tcp) {
        return new IceCandidate(tcp.foundation(), Flow.Protocol.UDP, tcp.priority(), tcp.address(), tcp.type(), "", tcp.ufrag());
    }

    // -- what scenarios ask

    /** A firewall: nothing goes from the client's own address to UDP ports or back. */
    Client withoutUdp() {
        udpBlocked = true;
        net.unbind(address);
        localCandidates();
        return this;
    }

    /** Its own address, too, as most browsers do; without that the server finds it by its checks. */
    Client announced() {
        peer.addCandidate(IceCandidate.host(Flow.Protocol.UDP, address, 0, ice.local().ufrag()).toSdp());
        return this;
    }

    /** A TURN server has given the client an address, which it announces. */
    void relayedBy(TransportAddress allocated) {
        relay = allocated;
        net.bind(relay, this);
        localCandidates();
        peer.addCandidate(relayed().toSdp());
    }

    /** The client opens a connection to every TCP port that the server has announced or will announce. */
    void connectsFrom(TransportAddress opened) {
        connection = opened;
        net.bind(connection, this);
        localCandidates();
        for (IceCandidate door : doors) ice.addRemote(net.now(), asDatagrams(door));
    }

    /** Of both directions; as soon as the client is connected, because a handshake that has to repeat itself keeps real time. */
    Client conditions(Consumer<Link> conditions) {
        pendingConditions.add(conditions);
        applyConditions();
        return this;
    }

    private final List<Consumer<Link>> pendingConditions = new ArrayList<>();

    private void applyConditions() {
        if (outbound == null || !states.contains(PeerState.CONNECTED)) return;
        for (Consumer<Link> conditions : pendingConditions) {
            conditions.accept(up);
            conditions.accept(down);
        }
        pendingConditions.clear();
    }

    /** The payload types by which the client offers audio: plain and in RED. */
    void audioTypes(int opus, int red) {
        sections.opusType = opus;
        sections.redType = red;
    }

    /** The client has no decoder for it. */
    void unsupported(String codec) {
        sections.unsupported.add(codec);
    }

    /** It has one again. */
    void supported(String codec) {
        sections.unsupported.remove(codec);
    }

    boolean connected() {
        return outbound != null && ice.selected() != null;
    }

    IceState iceState() {
        return ice.state();
    }

    /** The last state that the plane has told. */
    PeerState state() {
        return states.isEmpty() ? PeerState.NEW : states.getLast();
    }

    /** Announces a track and offers a section for it. */
    Source publish(Source source) {
        peer.expect(new PublicationSpec(source.trackSid, List.of(source.cid), source.video(), source.mime(), source.redDisabled, false, false, source.encrypted));
        source.begin(this, net.now(), random);
        sources.add(source);
        sections.add(source);
        offerWanted = true;
        return source;
    }

    /** Announces a track that it can send in another codec, too, and sends it in the first one. */
    Source publish(Source source, Source backup) {
        expect(source, backup, "");
        begin(source);
        return source;
    }

    /** Sends it in the other codec as well, in a section of its own. */
    void publishBackup(Source source, Source backup) {
        backup.cid = "backup-" + source.cid;
        expect(source, backup, backup.cid);
        begin(backup);
    }

    private void expect(Source source, Source backup, String cid) {
        peer.expect(new PublicationSpec(source.trackSid, List.of(source.cid), source.video(), source.mime(), source.redDisabled, false, false,
                source.encrypted, List.of(new PublicationSpec.Backup(backup.mime(), cid))));
    }

    private void begin(Source source) {
        source.begin(this, net.now(), random);
        sources.add(source);
        sections.add(source);
        offerWanted = true;
    }

    /** Its section is inactive from now on. */
    void stopSending(Source source) {
        sources.remove(source);
        sections.remove(source);
        offerWanted = true;
    }

    /** The section stays, inactive, until another track uses it. */
    void unpublish(Source source) {
        sources.remove(source);
        sections.remove(source);
        peer.unpublish(source.trackSid);
        offerWanted = true;
    }

    void subscribe(Client publisher, Source source) {
        subscribe(publisher, source.trackSid, TrackPreference.EVERYTHING);
    }

    void subscribe(Client publisher, String trackSid, TrackPreference preference) {
        peer.subscribe(publisher.peer, new SubscriptionSpec(trackSid, publisher.name + "|" + trackSid, preference, false, trailer));
    }

    /** In a stream with other tracks of the publisher. */
    void subscribe(Client publisher, Source source, String stream, boolean bursty) {
        peer.subscribe(publisher.peer, new SubscriptionSpec(source.trackSid, publisher.name + "|" + stream, TrackPreference.EVERYTHING, bursty));
    }

    /** What of a track has been received so far. */
    Incoming received(Source source) {
        Incoming track = incoming.get(source.trackSid);
        assertThat(track).as("%s receives %s, seed %d; events %s", name, source.trackSid, net.seed, events).isNotNull();
        return track;
    }

    boolean sendData(DataLane lane, byte[] message) {
        DataChannel channel = lanes.get(lane);
        if (channel == null) return false;
        boolean taken = channels.send(net.now(), channel, true, message, 0, message.length);
        channels.flush(net.now());
        return taken;
    }

    boolean isOpen(DataLane lane) {
        DataChannel channel = lanes.get(lane);
        return channel != null && channel.isOpen();
    }

    /** The network gives the client another address, as when a NAT forgets: the client does not know. */
    void rebind(TransportAddress other) {
        net.unbind(address);
        net.bind(other, this);
        translated = other;
    }

    private TransportAddress translated;

    /** Anything at all, from the client's address. */
    void sendRaw(byte[] datagram) {
        send(ice.selected(), datagram);
    }

    /** A plain RTP packet, protected with the client's keys. */
    void sendProtected(byte[] rtp, int length) {
        byte[] packet = Arrays.copyOf(rtp, length + SrtpContext.OVERHEAD);
        int whole = outbound.protectRtp(packet, 0, length);
        if (whole < 0) return; // not a packet at all
        sendRaw(Arrays.copyOf(packet, whole));
    }

    void sendProtectedRtcp(byte[] compound) {
        byte[] packet = Arrays.copyOf(compound, compound.length + SrtpContext.OVERHEAD);
        int whole = outbound.protectRtcp(packet, 0, compound.length);
        sendRaw(Arrays.copyOf(packet, whole));
    }

    /** Leaves without a word. */
    void vanish() {
        ended = true;
        net.remove(this);
    }

    /** A tidy end. */
    void leave() {
        peer.close();
        vanish();
    }

    // -- negotiation

    /** PUBLISHER, SINGLE: the client offers. */
    void offer(boolean restartIce) {
        if (restartIce) {
            ice.restart(net.now());
            localCandidates();
            remoteCredentials = null;
        }
        String sdp = sections.offer();
        negotiating++;
        then(peer.answer(sdp), answer -> {
            SessionDescription description = ClientSections.parse(answer.sdp());
            remote(description);
            sections.answered(description);
        });
    }

    private <T> void then(CompletionStage<T> stage, Consumer<T> next) {
        stage.whenComplete((value, fault) -> inbox.add(() -> {
            negotiating--;
            if (fault != null) events.add("negotiation failed: " + fault.getMessage());
            else if (!ended) next.accept(value);
        }));
    }

    /** SUBSCRIBER: the server offers. */
    void requestOffer(boolean restartIce) {
        offers++;
        negotiating++;
        then(peer.offer(restartIce), sdp -> {
            SessionDescription offered = ClientSections.parse(sdp);
            if (remoteCredentials != null && !remoteCredentials.equals(ClientSections.credentials(offered))) {
                ice.restart(net.now());
                localCandidates();
            }
            remote(offered);
            String answer = sections.answer(offered);
            negotiating++;
            then(peer.acceptAnswer(answer), done -> {});
        });
    }

    private void remote(SessionDescription description) {
        remote = description;
        if (dtls == null) {
            dtlsClient = ClientSections.setup(description) != Setup.ACTIVE;
            dtls = new DtlsConnection(DtlsSettings.of(CERTIFICATE, dtlsClient), SECURE, KeyOperations.ofJava(), new Dtls());
            channels = new DataChannels(SctpSettings.DEFAULT, dtlsClient, random, new Channels());
        }
        remoteCredentials = ClientSections.credentials(description);
        if (description.iceLite) ice.facesLite();
        ice.remoteCredentials(net.now(), remoteCredentials);
        if (dtls.isNew() && (!dtlsClient || ice.usable() != null)) startDtls();
    }

    private long dtlsStartedAt = Time.NEVER;

    private void startDtls() {
        dtlsStartedAt = net.now();
        dtls.prepare(remote.media.getFirst().fingerprint.algorithm(), remote.media.getFirst().fingerprint.hash());
        dtls.start();
    }

    IceCredentials iceCredentials() {
        return ice.local();
    }

    byte[] fingerprint() {
        return CERTIFICATE.sha256();
    }

    boolean dtlsClient() {
        return dtls == null || dtlsClient;
    }

    /** A track that the description names; packets of its SSRCs belong to it from now on. */
    void receives(String trackSid, List<Codec> codecs, int ssrc, int rtxSsrc) {
        Incoming known = bySsrc.get(ssrc);
        if (known != null) known.negotiated(codecs);
        if (known != null) return;
        Codec codec = codecs.getFirst();
        int redType = codecs.stream().filter(c -> c.redPrimary() == codec.payloadType()).mapToInt(Codec::payloadType).findFirst().orElse(-1);
        Incoming track = new Incoming(this, trackSid, codec.name(), codec.payloadType(), redType, ssrc, rtxSsrc);
        track.negotiated(codecs);
        incoming.put(trackSid, track);
        bySsrc.put(ssrc, track);
        if (rtxSsrc != 0) bySsrc.put(rtxSsrc, track);
    }

    // -- Station

    @Override
    public void receive(long now, TransportAddress local, TransportAddress remoteAddress, byte[] bytes) {
        if (ended || bytes.length == 0) return;
        int first = bytes[0] & 0xff;
        if (Bytes.u16(bytes, 0) == 1) checked++;
        if (first < 4) ice.receive(now, flow(local, remoteAddress), bytes, 0, bytes.length);
        else if (first >= 20 && first < 64) {
            if (dtls != null) dtls.receive(bytes, 0, bytes.length);
        } else if (first >= 128 && first < 192) media(now, bytes);
    }

    private Flow flow(TransportAddress at, TransportAddress to) {
        TransportAddress local = at.equals(translated) ? address : at;
        return flows.computeIfAbsent(new Ends(local, to), k -> new Flow(Flow.Protocol.UDP, local, to, this));
    }

    private void media(long now, byte[] datagram) {
        if (inbound == null) return;
        byte[] bytes = Arrays.copyOf(datagram, datagram.length + 32);
        int type = bytes[1] & 0x7f;
        boolean control = type >= 64 && type < 96;
        if (!control) sealed(datagram);
        int length = control ? inbound.unprotectRtcp(bytes, 0, datagram.length) : inbound.unprotectRtp(bytes, 0, datagram.length);
        if (length < 0) return; // a duplicate that the network made
        if (control) control(now, bytes, length);
        else {
            assertThat(view.set(bytes, 0, length)).as("what the plane sends is RTP, seed %d", net.seed).isNull();
            int at = view.extensionOffset(ClientSections.TRANSPORT_CC);
            if (reportsArrivals && at >= 0) arrivals.received(now, Bytes.u16(bytes, at));
            Incoming track = bySsrc.get(view.ssrc());
            if (track == null) unknownSsrcs++;
            else track.packet(now, view);
        }
    }

    private final Map<Long, Integer> sealed = new HashMap<>();

    /** A number of a stream is sealed with one nonce: it must never be seen with two contents, be they received or refused as repetition. */
    private void sealed(byte[] datagram) {
        int ssrc = Bytes.i32(datagram, 8);
        Incoming track = bySsrc.get(ssrc);
        long number = (long) ssrc << 16 | Bytes.u16(datagram, 2);
        Integer before = sealed.putIfAbsent(number, Arrays.hashCode(datagram));
        sealed.remove((long) ssrc << 16 | Bytes.u16(datagram, 2) - 4_000 & 0xffff);
        if (track == null || before == null) return;
        track.repetitions++;
        if (before != Arrays.hashCode(datagram)) track.breaks.add("number " + Bytes.u16(datagram, 2) + " was sealed twice");
    }

    private void control(long now, byte[] bytes, int length) {
        rtcpReceived.add(Arrays.copyOf(bytes, length));
        assertThat(control.set(bytes, 0, length)).as("what the plane sends is RTCP, seed %d", net.seed).isNull();
        while (control.next()) {
            switch (control.type()) {
                case RtcpView.SENDER_REPORT -> {
                    Incoming track = bySsrc.get(control.senderSsrc());
                    if (track != null) track.senderReport(now, control.ntp(), control.rtpTimestamp());
                }
                case RtcpView.RECEIVER_REPORT -> {
                    for (int i = 0; i < control.blocks(); i++)
                        for (Source source : sources) source.reported(now, control.blockSsrc(i), control.blockFractionLost(i), control.blockLastSr(i));
                }
                case RtcpView.RTP_FEEDBACK -> {
                    if (control.count() == RtcpView.FMT_TRANSPORT_CC) feedback.read(bytes, length);
                    else nacks(now);
                }
                case RtcpView.PAYLOAD_FEEDBACK -> {
                    if (control.count() == RtcpView.FMT_PLI) for (Source source : sources) source.keyFrameAsked(now, control.mediaSsrc());
                }
                default -> {}
            }
        }
    }

    private void nacks(long now) {
        for (int i = 0; i < control.nackPairs(); i++) {
            int id = control.nackPacketId(i);
            int mask = control.nackMask(i);
            int ssrc = control.mediaSsrc();
            for (Source source : sources) {
                source.nacked(now, ssrc, id);
                for (int bit = 0; bit < 16; bit++) if ((mask >> bit & 1) != 0) source.nacked(now, ssrc, id + 1 + bit & 0xffff);
            }
        }
    }

    @Override
    public void turn(long now) {
        if (ended) return;
        if (Time.due(ice.nextWake(), now)) ice.wake(now);
        if (channels != null) {
            if (Time.due(channels.nextWake(), now)) channels.wake(now);
            channels.flush(now);
        }
        if (!connected()) return;
        for (Source source : List.copyOf(sources)) if (Time.due(source.nextWake(), now)) source.wake(now);
        for (Incoming track : List.copyOf(incoming.values())) if (Time.due(track.nextWake(), now)) track.wake(now);
        if (Time.due(reportAt, now)) report(now);
        if (rtcp.length() > 0) transmitRtcp();
        while (Time.due(arrivals.nextWake(), now)) {
            int length = arrivals.write(now, 1, 2);
            if (length > 0) sendProtectedRtcp(Arrays.copyOf(arrivals.bytes(), length));
        }
    }

    private void report(long now) {
        reportAt = now + REPORT_INTERVAL;
        for (Source source : sources) source.report(now, rtcp);
        if (reports) for (Incoming track : incoming.values()) if (track.reports) track.report(now, rtcp);
    }

    void transmitRtcp() {
        byte[] compound = Arrays.copyOf(rtcp.bytes(), rtcp.length());
        rtcp.clear();
        sendProtectedRtcp(compound);
    }

    RtcpWriter rtcp() {
        return rtcp;
    }

    /** The client's wall clock in NTP format. */
    long ntp(long now) {
        long nanos = Math.floorMod(now, 1L << 50) + clockOffset;
        return (EPOCH + nanos / Time.SECOND << 32) + ((nanos % Time.SECOND << 32) / Time.SECOND);
    }

    int nextTransportSeq() {
        return transportSeq++ & 0xffff;
    }

    long roundTrip() {
        return Math.max(roundTrip, ice.roundTripNanos());
    }

    @Override
    public long nextWake() {
        if (ended) return Time.NEVER;
        long next = ice.nextWake();
        if (channels != null) next = Time.earlier(next, channels.nextWake());
        if (!connected()) return next;
        for (Source source : sources) next = Time.earlier(next, source.nextWake());
        for (Incoming track : incoming.values()) next = Time.earlier(next, track.nextWake());
        return Time.earlier(Time.earlier(next, reportAt), arrivals.nextWake());
    }

    @Override
    public boolean settle(long now) {
        boolean any = false;
        if (!pendingConditions.isEmpty()) applyConditions();
        for (Runnable step; (step = inbox.poll()) != null; any = true) step.run();
        if (dtlsReady) {
            dtlsReady = false;
            any = true;
            if (!ended) dtls.drain();
        }
        if (ended) offerWanted = false;
        if (offerWanted && negotiating == 0) {
            offerWanted = false;
            any = true;
            if (role == PeerSpec.Role.SUBSCRIBER) requestOffer(false);
            else offer(false);
        }
        if (channels != null && !ended) channels.flush(now);
        return any;
    }

    @Override
    public boolean lags(long now) {
        return !ended && (outbound == null || !states.contains(PeerState.CONNECTED)) && dtlsStartedAt != Time.NEVER && now - dtlsStartedAt > 500 * Time.MILLI + 6 * (up.delay + down.delay);
    }

    @Override
    public boolean quiescent() {
        return inbox.isEmpty() && negotiating == 0 && !offerWanted && (ended || dtls == null || dtls.quiescent());
    }

    // -- PeerListener

    @Override
    public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
        if (last) return;
        inbox.add(() -> {
            try {
                IceCandidate parsed = IceCandidate.parse(candidate);
                boolean door = parsed.protocol() == Flow.Protocol.TCP;
                if (door) doors.add(parsed);
                if (!door) ice.addRemote(net.now(), parsed);
                else if (connection != null) ice.addRemote(net.now(), asDatagrams(parsed));
            } catch (io.stoa.ice.IceException e) {
                throw new AssertionError("seed " + net.seed, e);
            }
        });
    }

    @Override
    public void stateChanged(PeerState state, String reason) {
        states.add(state);
        events.add(state + " " + reason);
    }

    @Override
    public void path(PeerPath path) {
        paths.add(path);
    }

    @Override
    public void laneOpen(DataLane lane) {
        events.add("lane " + lane);
    }

    @Override
    public void data(DataLane lane, byte[] message) {
        dataArrived.computeIfAbsent(lane, k -> new ArrayList<>()).add(message);
    }

    @Override
    public void published(PublishedTrack track) {
        events.add("published " + track.trackSid() + " " + track.mime());
    }

    @Override
    public void unpublished(String trackSid) {
        events.add("unpublished " + trackSid);
    }

    @Override
    public void firstPacket(String trackSid) {
        events.add("first packet " + trackSid);
    }

    @Override
    public void sectionsRequired(int audios, int videos) {
        sections.require(audios, videos);
        offerWanted = true;
    }

    @Override
    public void offerNeeded() {
        offerWanted = true;
    }

    @Override
    public void subscription(String trackSid, SubscriptionEvent event, String detail) {
        events.add("subscription " + trackSid + " " + event);
    }

    @Override
    public void codecTaken(String trackSid, int rank) {
        events.add("codec " + rank + " of " + trackSid);
        taken.put(trackSid, rank);
    }

    // -- transports

    private final class Ice implements IceHandler {
        @Override
        public void send(Flow flow, byte[] bytes, int offset, int length) {
            Client.this.send(flow, Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress to) {
            boolean door = doors.stream().anyMatch(candidate -> candidate.address().equals(to));
            return local.equals(connection) == door ? Client.this.flow(local, to) : null;
        }

        /** As browsers do, by the first path that works. */
        @Override
        public void verified(Flow flow) {
            if (dtls != null && dtls.isNew() && ice.usable() != null) startDtls();
        }

        @Override
        public void selected(Flow flow) {
            if (dtls != null && dtls.isNew()) startDtls();
            if (dtls != null) dtls.drain();
        }

        @Override
        public void stateChanged(IceState state, String reason) {}
    }

    private void send(Flow flow, byte[] datagram) {
        net.send(up, translated == null ? flow.local : translated, flow.remote, datagram);
    }

    private final class Dtls implements DtlsHandler {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            if (ice.usable() != null) send(ice.usable(), Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void connected(SrtpKeys keys) {
            SrtpProfile profile = SrtpProfile.ofId(keys.profileId());
            outbound = new PortableSrtpEngine().outbound(profile, keys.localKey(), keys.localSalt());
            inbound = new PortableSrtpEngine().inbound(profile, keys.remoteKey(), keys.remoteSalt());
            reportAt = net.now() + 500 * Time.MILLI;
            if (role != PeerSpec.Role.SUBSCRIBER)
                for (DataLane lane : DataLane.values())
                    channels.open(net.now(), lane.label(), "", lane.reliable(), lane.reliable() ? Reliability.RELIABLE : new Reliability.MaxRetransmits(0));
            channels.start(net.now());
        }

        @Override
        public void data(byte[] bytes, int offset, int length) {
            channels.receive(net.now(), bytes, offset, length);
        }

        @Override
        public void closedByOther() {
            closed("DTLS: closed by the other side");
        }

        @Override
        public void closed(String reason) {
            events.add("the client's DTLS: " + reason);
        }

        @Override
        public void ready() {
            dtlsReady = true;
        }
    }

    private final class Channels implements DataChannelHandler {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            dtls.send(bytes, offset, length);
        }

        @Override
        public void connected() {}

        @Override
        public void opened(DataChannel channel) {
            DataLane lane = DataLane.ofLabel(channel.label());
            if (lane != null) lanes.put(lane, channel);
        }

        @Override
        public void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
            dataReceived.computeIfAbsent(DataLane.ofLabel(channel.label()), k -> new ArrayList<>())
                    .add(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void closed(DataChannel channel) {
            lanes.values().remove(channel);
        }

        @Override
        public void failed(String reason) {
            events.add("the client's data channels: " + reason);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** The first four bytes of a message. */
    static int number(byte[] message) {
        return Bytes.i32(message, 0);
    }
}
