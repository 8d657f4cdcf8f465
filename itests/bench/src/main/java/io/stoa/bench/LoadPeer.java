package io.stoa.bench;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsConnection;
import io.stoa.dtls.DtlsHandler;
import io.stoa.dtls.DtlsSettings;
import io.stoa.dtls.KeyOperations;
import io.stoa.dtls.SrtpKeys;
import io.stoa.ice.IceAgent;
import io.stoa.ice.IceCandidate;
import io.stoa.ice.IceCredentials;
import io.stoa.ice.IceException;
import io.stoa.ice.IceHandler;
import io.stoa.ice.IceSettings;
import io.stoa.ice.IceState;
import io.stoa.rtp.Extension;
import io.stoa.rtp.RtcpView;
import io.stoa.rtp.RtcpWriter;
import io.stoa.rtp.RtpView;
import io.stoa.sctp.DataChannel;
import io.stoa.sctp.DataChannelHandler;
import io.stoa.sctp.DataChannels;
import io.stoa.sctp.Reliability;
import io.stoa.sctp.SctpSettings;
import io.stoa.sdp.Codec;
import io.stoa.sdp.Direction;
import io.stoa.sdp.Fingerprint;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.HeaderExtension;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Rid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpProfile;
import io.stoa.transport.GatheredReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One connection of a client, on a socket of its own: real ICE, DTLS and RTCP, but of the media it receives it reads no more than the
 * headers, unless it is one of the few that verify. Belongs to the loop.
 */
final class LoadPeer extends Timed implements IceHandler, DtlsHandler {
    private static final int DATAGRAMS_PER_TURN = 64;
    private static final long REPORT_INTERVAL = Time.SECOND;

    private final LoadTools tools;
    private final LoadTotals totals;
    private final boolean offers;
    private final boolean verifies;
    private final DatagramChannel channel;
    private final TransportAddress local;
    private final IceAgent ice;
    private final Map<TransportAddress, Flow> flows = new HashMap<>();
    private final List<IceCandidate> early = new ArrayList<>();
    private final List<MediaSource> sources = new ArrayList<>();
    /** Sids of the video tracks that the server has offered. */
    private final Set<String> pictures = new LinkedHashSet<>();
    /** null: it counts what comes, and nothing else. */
    private final Browser browser;
    private final RtcpView reports = new RtcpView();
    private final RtpView view = new RtpView();
    private final int ownSsrc;
    private final int[] clockRates = new int[128];
    private final boolean[] repairs = new boolean[128];
    private ReceivedStream[] streams = new ReceivedStream[0];
    private DtlsConnection dtls;
    private DataChannels lanes;
    private boolean dtlsClient;
    private Fingerprint remoteFingerprint;
    private SrtpContext outbound;
    private SrtpContext inbound;
    private InetSocketAddress connected;
    private boolean lanesOver;
    private long reportAt = Time.NEVER;
    private int transportSeq;
    private int version = 1;
    private boolean closed;

    /** @param browser how it treats what it receives; null: it counts that only */
    LoadPeer(LoadTools tools, LoadTotals totals, boolean offers, boolean verifies, Browser browser) throws IOException {
        this.browser = browser;
        this.tools = tools;
        this.totals = totals;
        this.offers = offers;
        this.verifies = verifies;
        ownSsrc = tools.random().nextInt(1, Integer.MAX_VALUE);
        channel = DatagramChannel.open(tools.family());
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        channel.bind(new InetSocketAddress(tools.localAddress(), 0));
        local = TransportAddress.of((InetSocketAddress) channel.getLocalAddress());
        ice = new IceAgent(IceSettings.DEFAULT, offers, tools.random(), this);
        ice.localCandidates(List.of(candidate()));
        tools.loop().register(channel, this);
    }

    private IceCandidate candidate() {
        return IceCandidate.host(Flow.Protocol.UDP, local, 0, ice.local().ufrag());
    }

    boolean isUp() {
        return outbound != null && ice.selected() != null;
    }

    // -- descriptions

    SessionDescription answer(long now, SessionDescription offer) {
        if (dtls == null) begin(true);
        SessionDescription answer = session();
        for (MediaDescription offered : offer.media) {
            for (Codec codec : offered.codecs) {
                clockRates[codec.payloadType()] = codec.clockRate();
                repairs[codec.payloadType()] = codec.isRtx();
            }
            MediaDescription mine = section(offered.kind, offered.mid, offered.protocol);
            if (offered.kind.equals("application")) {
                application(mine);
            } else {
                mine.direction = offered.direction.sends() ? Direction.RECVONLY : Direction.INACTIVE;
                mine.codecs = new ArrayList<>(offered.codecs);
                if (browser != null) media(offered, mine);
            }
            if (offered.rejected()) mine.port = 0;
            else transport(answer, mine, Setup.ACTIVE);
            answer.media.add(mine);
        }
        remote(now, offer);
        return answer;
    }

    private void media(MediaDescription offered, MediaDescription mine) {
        if (!offered.kind.equals("video")) return;
        int transport = offered.extensionId(Extension.TRANSPORT_CC.uri);
        browser.transportId(transport);
        if (transport != 0) mine.extensions.add(new HeaderExtension(transport, null, Extension.TRANSPORT_CC.uri));
        for (SsrcGroup group : offered.ssrcGroups)
            if (group.semantics().equals("FID")) browser.repairs(group.ssrcs().get(1).intValue(), group.ssrcs().get(0).intValue());
        if (offered.direction.sends()) for (Msid msid : offered.msids) pictures.add(msid.track());
    }

    Set<String> pictures() {
        return pictures;
    }

    SessionDescription offer(List<LoadTrack> tracks) {
        for (LoadTrack track : tracks) sources.addAll(track.layers());
        SessionDescription offer = session();
        MediaDescription data = section("application", "0", "UDP/DTLS/SCTP");
        application(data);
        transport(offer, data, Setup.ACTPASS);
        offer.media.add(data);
        for (int i = 0; i < tracks.size(); i++) {
            LoadTrack track = tracks.get(i);
            MediaDescription mine = section(track.video() ? "video" : "audio", String.valueOf(i + 1), "UDP/TLS/RTP/SAVPF");
            mine.direction = Direction.SENDONLY;
            if (track.video()) {
                mine.codecs.add(new Codec(96, "VP8", 90_000, 1, "", List.of("transport-cc", "ccm fir", "nack", "nack pli")));
                mine.extensions.add(new HeaderExtension(MediaSource.TRANSPORT_ID, null, Extension.TRANSPORT_CC.uri));
            } else {
                mine.codecs.add(new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of()));
                mine.extensions.add(new HeaderExtension(MediaSource.AUDIO_LEVEL_ID, null, Extension.AUDIO_LEVEL.uri));
            }
            mine.msids.add(new Msid("load", track.cid()));
            streams(track, mine);
            transport(offer, mine, Setup.ACTPASS);
            offer.media.add(mine);
        }
        return offer;
    }

    private static void streams(LoadTrack track, MediaDescription mine) {
        for (MediaSource layer : track.layers()) layer.section(mine.mid);
        if (track.layers().size() == 1) {
            mine.ssrcs.put((long) track.layers().getFirst().ssrc, Map.of("cname", "load", "msid", "load " + track.cid()));
            return;
        }
        mine.extensions.add(new HeaderExtension(MediaSource.MID_ID, null, Extension.MID.uri));
        mine.extensions.add(new HeaderExtension(MediaSource.RID_ID, null, Extension.RID.uri));
        for (MediaSource layer : track.layers()) {
            mine.rids.add(new Rid(layer.rid, "send", ""));
            mine.simulcastSend.add(layer.rid);
        }
    }

    void accept(long now, SessionDescription answer) {
        if (dtls == null) begin(answer.media.getFirst().setup == Setup.PASSIVE);
        remote(now, answer);
        if (!dtlsClient && dtls.isNew()) startDtls();
        touched(now);
    }

    private void begin(boolean client) {
        dtlsClient = client;
        lanes = new DataChannels(SctpSettings.DEFAULT, client, tools.random(), new Lanes());
        dtls = new DtlsConnection(DtlsSettings.of(tools.certificate(), client), tools.secureRandom(), KeyOperations.ofJava(), this);
    }

    private void remote(long now, SessionDescription description) {
        MediaDescription first = description.media.getFirst();
        remoteFingerprint = first.fingerprint;
        if (!ice.hasRemote()) ice.remoteCredentials(now, new IceCredentials(first.iceUfrag, first.icePwd));
        for (IceCandidate candidate : early) ice.addRemote(now, candidate);
        early.clear();
        for (MediaDescription section : description.media) for (String line : section.candidates) addCandidate(now, line);
        touched(now);
    }

    void addCandidate(long now, String line) {
        if (line == null || line.isBlank()) return;
        try {
            IceCandidate candidate = IceCandidate.parse(line);
            if (candidate.protocol() != Flow.Protocol.UDP || candidate.address().isIpv4() != local.isIpv4()) return;
            if (ice.hasRemote()) ice.addRemote(now, candidate);
            else early.add(candidate);
        } catch (IceException e) {
            totals.oddities++;
        }
        touched(now);
    }

    private SessionDescription session() {
        SessionDescription session = new SessionDescription();
        session.sessionId = ownSsrc;
        session.version = version++;
        session.extmapAllowMixed = true;
        return session;
    }

    private static MediaDescription section(String kind, String mid, String protocol) {
        MediaDescription mine = new MediaDescription();
        mine.kind = kind;
        mine.mid = mid;
        mine.protocol = protocol;
        mine.rtcpMux = mine.rtcpReducedSize = !kind.equals("application");
        return mine;
    }

    private static void application(MediaDescription mine) {
        mine.formats = new ArrayList<>(List.of("webrtc-datachannel"));
        mine.direction = Direction.SENDRECV;
        mine.sctpPort = SctpSettings.PORT;
        mine.maxMessageSize = 65_535;
    }

    private void transport(SessionDescription session, MediaDescription mine, Setup setup) {
        session.bundle.add(mine.mid);
        mine.iceUfrag = ice.local().ufrag();
        mine.icePwd = ice.local().password();
        mine.fingerprint = new Fingerprint("sha-256", tools.certificate().sha256());
        mine.setup = setup;
        mine.candidates.add(candidate().toSdp());
    }

    // -- datagrams in

    void readable(long now) {
        try {
            if (connected != null && tools.gathered() != null) readGathered(now);
            else read(now);
        } catch (PortUnreachableException e) {
            totals.oddities++; // the server is gone; its consent will expire
        } catch (IOException e) {
            throw new IllegalStateException("reading failed", e);
        }
        touched(now);
    }

    private void read(long now) throws IOException {
        ByteBuffer buffer = tools.buffer();
        for (int i = 0; i < DATAGRAMS_PER_TURN && !closed; i++) {
            buffer.clear();
            InetSocketAddress from = connected;
            int length;
            if (connected != null) {
                length = channel.read(buffer);
            } else {
                from = (InetSocketAddress) channel.receive(buffer);
                length = from == null ? 0 : buffer.position();
            }
            if (length <= 0) break;
            datagram(now, from, buffer.flip());
        }
    }

    private void readGathered(long now) throws IOException {
        tools.gathered().read(channel, tools.buffer(), () -> {
            datagram(now, connected, tools.buffer());
            return !closed;
        });
    }

    private void datagram(long now, InetSocketAddress from, ByteBuffer buffer) {
        int length = buffer.limit();
        int first = buffer.get(0) & 0xff;
        if (first >= 128 && first < 192 && length >= RtpView.HEADER && (buffer.get(1) & 0x7f) / 32 != 2) {
            media(now, buffer, length);
            return;
        }
        byte[] bytes = tools.scratch();
        buffer.get(0, bytes, 0, length);
        if (first < 4) ice.receive(now, flow(from), bytes, 0, length);
        else if (first >= 20 && first < 64 && dtls != null) dtls.receive(bytes, 0, length);
        else if (first >= 128 && first < 192 && inbound != null) rtcp(now, bytes, length);
        else totals.oddities++;
    }

    private void media(long now, ByteBuffer buffer, int length) {
        if (browser != null && browser.loses()) return;
        ReceivedStream stream = stream(buffer.getInt(8), buffer.get(1) & 0x7f);
        int seq = buffer.getShort(2) & 0xffff;
        stream.packet(now, seq, buffer.getInt(4), length);
        totals.packet(now, length);
        if (browser != null) {
            browser.arrived(now, buffer);
            if (stream.repair) repair(now, stream, buffer, length);
            else stream.wanted(now, seq);
        }
        if (reportAt == Time.NEVER) reportAt = now + REPORT_INTERVAL;
        if (!verifies || inbound == null || stream.repair) return;
        byte[] bytes = tools.scratch();
        buffer.get(0, bytes, 0, length);
        int plain = inbound.unprotectRtp(bytes, 0, length);
        if (plain < 0 || view.set(bytes, 0, plain) != null) {
            totals.unverified++;
            return;
        }
        int stamp = view.payloadOffset() + view.payloadLength() - MediaSource.STAMP; // packets of a frame may have been padded to one length
        if (view.payloadLength() < MediaSource.STAMP || Bytes.i32(bytes, stamp) != MediaSource.MARK) {
            totals.unverified++;
            return;
        }
        totals.verified++;
        totals.delays.add(System.nanoTime() - Bytes.i64(bytes, stamp + 4));
    }

    /** RFC 4588: which number it repeats is inside. */
    private void repair(long now, ReceivedStream repetitions, ByteBuffer buffer, int length) {
        if (inbound == null) return;
        byte[] bytes = tools.scratch();
        buffer.get(0, bytes, 0, length);
        int plain = inbound.unprotectRtp(bytes, 0, length);
        if (plain < 0 || view.set(bytes, 0, plain) != null || view.payloadLength() < 2) return; // a probe of padding alone
        int ssrc = browser.repairedBy(repetitions.ssrc);
        for (ReceivedStream stream : streams) if (stream.ssrc == ssrc) stream.wanted(now, Bytes.u16(bytes, view.payloadOffset()));
        totals.repaired++;
    }

    private ReceivedStream stream(int ssrc, int payloadType) {
        for (ReceivedStream known : streams) if (known.ssrc == ssrc) return known;
        ReceivedStream[] more = java.util.Arrays.copyOf(streams, streams.length + 1);
        int clockRate = clockRates[payloadType];
        more[streams.length] = new ReceivedStream(ssrc, clockRate == 0 ? 90_000 : clockRate, repairs[payloadType]);
        streams = more;
        return more[more.length - 1];
    }

    int mediaStreams() {
        int count = 0;
        for (ReceivedStream stream : streams) if (!stream.repair) count++;
        return count;
    }

    long lost() {
        long lost = 0;
        for (ReceivedStream stream : streams) if (!stream.repair) lost += stream.statistics.lost();
        return lost;
    }

    private void rtcp(long now, byte[] bytes, int length) {
        int plain = inbound.unprotectRtcp(bytes, 0, length);
        if (plain < 0 || reports.set(bytes, 0, plain) != null) {
            totals.oddities++;
            return;
        }
        totals.reports++;
        while (reports.next()) {
            switch (reports.type()) {
                case RtcpView.SENDER_REPORT -> {
                    if (!reports.hasSenderInfo()) continue;
                    for (ReceivedStream stream : streams) if (stream.ssrc == reports.senderSsrc()) stream.statistics.senderReport(now, reports.ntp());
                }
                case RtcpView.PAYLOAD_FEEDBACK -> {
                    if (reports.count() != RtcpView.FMT_PLI && reports.count() != RtcpView.FMT_FIR) continue;
                    totals.keyFrames++;
                    boolean named = reports.count() == RtcpView.FMT_PLI && reports.hasMediaSsrc();
                    for (MediaSource source : sources) if (!named || source.ssrc == reports.mediaSsrc()) source.keyFrameWanted();
                }
                case RtcpView.RTP_FEEDBACK -> {
                    if (reports.count() == RtcpView.FMT_NACK) totals.nacks++;
                }
                default -> {} // nothing that a sender or receiver of this kind acts on
            }
        }
    }

    // -- datagrams out

    int nextTransportSeq() {
        return transportSeq++ & 0xffff;
    }

    /** Protects and sends a copy, as the source goes on with its array. */
    void sendRtp(byte[] packet, int length) {
        if (!isUp()) return;
        byte[] bytes = tools.scratch();
        System.arraycopy(packet, 0, bytes, 0, length);
        int protectedLength = outbound.protectRtp(bytes, 0, length);
        if (protectedLength > 0) write(ice.selected(), bytes, 0, protectedLength);
    }

    RtcpWriter rtcp() {
        return tools.rtcp();
    }

    void sendRtcp() {
        RtcpWriter out = tools.rtcp();
        if (isUp() && out.length() > 0) {
            int length = outbound.protectRtcp(out.bytes(), 0, out.length());
            if (length > 0) write(ice.selected(), out.bytes(), 0, length);
        }
        out.clear();
    }

    private void receiverReports(long now) {
        reportAt = now + REPORT_INTERVAL;
        RtcpWriter out = tools.rtcp();
        for (ReceivedStream stream : streams) {
            if (stream.repair) continue;
            out.receiverReport(ownSsrc, stream.ssrc, stream.statistics, now);
            if (out.isFull()) sendRtcp();
        }
        sendRtcp();
    }

    private void write(Flow flow, byte[] bytes, int offset, int length) {
        ByteBuffer buffer = tools.outBuffer();
        buffer.clear();
        buffer.put(bytes, offset, length).flip();
        try {
            int sent = connected != null && flow == ice.selected() ? channel.write(buffer) : connected != null ? length : channel.send(buffer, flow.remote.socketAddress());
            if (sent == 0) totals.unsent++;
        } catch (IOException e) {
            totals.oddities++; // a candidate that cannot be reached from here
        }
    }

    // -- time

    private void touched(long now) {
        if (closed) return;
        if (lanes != null && !lanesOver) lanes.flush(now);
        tools.loop().arm(this);
    }

    @Override
    void wake(long now) {
        if (closed) return;
        if (Time.due(ice.nextWake(), now)) ice.wake(now);
        if (lanes != null && !lanesOver && Time.due(lanes.nextWake(), now)) lanes.wake(now);
        if (Time.due(reportAt, now)) receiverReports(now);
        if (browser != null && Time.due(browser.nextWake(streams), now)) browser.wake(now, this, ownSsrc, streams);
        if (lanes != null && !lanesOver) lanes.flush(now);
    }

    @Override
    long nextWake() {
        if (closed) return Time.NEVER;
        long next = Time.earlier(ice.nextWake(), reportAt);
        if (browser != null) next = Time.earlier(next, browser.nextWake(streams));
        return lanes == null || lanesOver ? next : Time.earlier(next, lanes.nextWake());
    }

    void close() {
        if (closed) return;
        for (MediaSource source : sources) source.end();
        if (dtls != null) dtls.close();
        ice.close();
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            totals.oddities++;
        }
    }

    private Flow flow(InetSocketAddress remote) {
        return flow(Flow.Protocol.UDP, local, TransportAddress.of(remote));
    }

    private void startDtls() {
        dtls.prepare(remoteFingerprint.algorithm(), remoteFingerprint.hash());
        dtls.start();
    }

    // -- ICE

    @Override
    public void send(Flow flow, byte[] bytes, int offset, int length) {
        write(flow, bytes, offset, length);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress from, TransportAddress remote) {
        if (protocol == Flow.Protocol.TCP) return null;
        return flows.computeIfAbsent(remote, r -> new Flow(Flow.Protocol.UDP, local, r, this));
    }

    @Override
    public void verified(Flow flow) {}

    /** From now on the kernel filters, and reading needs no address. */
    @Override
    public void selected(Flow flow) {
        try {
            if (connected != null) channel.disconnect();
            connected = flow.remote.socketAddress();
            channel.connect(connected);
            if (tools.gathered() != null) GatheredReader.gathers(channel);
        } catch (IOException e) {
            throw new IllegalStateException("the selected path cannot be used: " + flow, e);
        }
        if (dtls != null && dtls.isNew()) startDtls();
        if (dtls != null) dtls.drain();
    }

    @Override
    public void stateChanged(IceState state, String reason) {
        if (state == IceState.FAILED && !closed) totals.failure("ICE failed: " + reason);
    }

    // -- DTLS

    @Override
    public void transmit(byte[] bytes, int offset, int length) {
        if (ice.selected() != null) write(ice.selected(), bytes, offset, length);
    }

    @Override
    public void connected(SrtpKeys keys) {
        SrtpProfile profile = SrtpProfile.ofId(keys.profileId());
        totals.profile = profile.name();
        outbound = tools.engine().outbound(profile, keys.localKey(), keys.localSalt());
        inbound = tools.engine().inbound(profile, keys.remoteKey(), keys.remoteSalt());
        long now = tools.loop().now();
        if (offers) {
            lanes.open(now, "_reliable", "", true, Reliability.RELIABLE);
            lanes.open(now, "_lossy", "", false, new Reliability.MaxRetransmits(0));
        }
        lanes.start(now);
        totals.connected++;
        for (MediaSource source : sources) {
            source.begin(now);
            tools.loop().arm(source);
        }
        touched(now);
    }

    @Override
    public void data(byte[] bytes, int offset, int length) {
        if (!lanesOver) lanes.receive(tools.loop().now(), bytes, offset, length);
    }

    @Override
    public void closedByOther() {
        closed("DTLS: closed by the server");
    }

    @Override
    public void closed(String reason) {
        if (!closed) totals.failure("DTLS closed: " + reason);
    }

    @Override
    public void ready() {
        tools.loop().post(() -> {
            if (closed) return;
            dtls.drain();
            touched(tools.loop().now());
        });
    }

    /** Data channels: there, as with every client, and silent. */
    private final class Lanes implements DataChannelHandler {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            dtls.send(bytes, offset, length);
        }

        @Override
        public void connected() {}

        @Override
        public void opened(DataChannel lane) {}

        @Override
        public void message(DataChannel lane, boolean binary, byte[] bytes, int offset, int length) {}

        @Override
        public void closed(DataChannel lane) {}

        @Override
        public void failed(String reason) {
            lanesOver = true;
            if (!closed) totals.failure("SCTP failed: " + reason);
        }
    }
}
