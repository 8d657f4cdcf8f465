package io.stoa.media.plane;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.Translation;
import io.stoa.peer.Peer;
import io.stoa.peer.PeerHandler;
import io.stoa.peer.PeerTools;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.peer.Sender;
import io.stoa.peer.SenderSpec;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import java.util.List;

/** One client of a {@link Rehearsal}: a connection of the code that the server has for its own. */
final class RehearsalGuest implements PeerHandler {
    static final PublicationSpec VIDEO = new PublicationSpec("TR_video", List.of("TR_video"), true, "video/vp8", true, false, false, false);
    static final PublicationSpec SOUND = new PublicationSpec("TR_sound", List.of("TR_sound"), false, "audio/opus", true, false, false, false);

    private static final int PACKETS_PER_FRAME = 4;
    private static final int FRAME_TICKS = 3_000;
    private static final int SOUND_TICKS = 960;
    private static final int VIDEO_BYTES = 1_000;
    private static final int SOUND_BYTES = 100;
    /** RFC 7741, section 4.2: with all fields, and a picture number of 15 bits. */
    private static final int DESCRIPTOR = 6;

    private final RehearsalGuests all;
    private final PacketLoop port;
    private final Peer peer;
    private final String name;
    private final boolean publishes;
    private final TransportAddress address;
    private final Translation translation = new Translation();
    private final RtpView view = new RtpView();
    private final byte[] packet = new byte[RtpView.HEADER + VIDEO_BYTES];
    private Sender video;
    private Sender sound;
    private int frames;
    private int videoSeq;
    private boolean keyFrameWanted = true;
    private PeerState state = PeerState.NEW;

    RehearsalGuest(RehearsalGuests all, PacketLoop port, PeerTools tools, int number, boolean publishes) {
        this.all = all;
        this.port = port;
        this.publishes = publishes;
        name = "PA_guest" + number;
        List<LocalEndpoint> endpoints = port.lease().endpoints(); // until its loop ends
        address = endpoints.getFirst().address();
        // Seen from the client: who publishes offers, who receives answers.
        PeerSpec.Role role = publishes ? PeerSpec.Role.SUBSCRIBER : PeerSpec.Role.PUBLISHER;
        peer = new Peer(new PeerSpec("", name, name, role, List.of(), false, false, false), tools, this);
        peer.localEndpoints(endpoints);
        if (publishes) return;
        peer.expect(VIDEO);
        peer.expect(SOUND);
    }

    Peer peer() {
        return peer;
    }

    String name() {
        return name;
    }

    boolean publishes() {
        return publishes;
    }

    boolean isAt(TransportAddress local) {
        return address.equals(local);
    }

    boolean isReady() {
        return publishes ? video.ready() && sound.ready() : state == PeerState.CONNECTED;
    }

    // -- descriptions

    String offer() throws NegotiationException {
        video = peer.addSender(port.now(), new SenderSpec(VIDEO.trackSid(), name, true, new Codec(96, "VP8", 90_000, 1, "", List.of()), 0, false));
        sound = peer.addSender(port.now(), new SenderSpec(SOUND.trackSid(), name, false, new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of()), 0, false));
        return SdpWriter.write(peer.offer(port.now(), false));
    }

    Void accept(String answer) throws NegotiationException, SdpException {
        peer.accept(port.now(), SdpParser.parse(answer));
        return null;
    }

    String answer(String offer) throws NegotiationException, SdpException {
        return SdpWriter.write(peer.answer(port.now(), SdpParser.parse(offer)));
    }

    // -- media

    /** Sends a picture of several packets, and sound. @return how many packets */
    int frame(long now) {
        boolean key = keyFrameWanted;
        keyFrameWanted = false;
        for (int i = 0; i < PACKETS_PER_FRAME; i++) {
            int at = RtpView.HEADER;
            packet[0] = (byte) 0x80;
            packet[at] = (byte) (i == 0 ? 0x90 : 0x80);
            packet[at + 1] = (byte) 0xf0;
            Bytes.u16(packet, at + 2, 0x8000 | frames & 0x7fff);
            packet[at + 4] = (byte) frames;
            packet[at + 5] = 1;
            packet[at + DESCRIPTOR] = (byte) (key ? 0x10 : 0x11);
            view.set(packet, 0, packet.length);
            write(now, video, videoSeq++, frames * FRAME_TICKS, i == PACKETS_PER_FRAME - 1);
        }
        view.set(packet, 0, RtpView.HEADER + SOUND_BYTES);
        write(now, sound, frames, frames * SOUND_TICKS, frames == 0);
        frames++;
        return PACKETS_PER_FRAME + 1;
    }

    private void write(long now, Sender sender, int seq, int timestamp, boolean marker) {
        translation.seq = seq & 0xffff;
        translation.timestamp = timestamp;
        translation.marker = marker;
        sender.write(now, translation, view);
    }

    @Override
    public void rtp(long now, ReceiveStream stream, RtpView arrived) {
        all.packetReceived();
    }

    // -- the client's connection

    @Override
    public void transmit(Flow to, byte[] bytes, int offset, int length) {
        port.send(to, bytes, offset, length);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return port.flow(protocol, local, remote);
    }

    @Override
    public void ready() {
        all.post(() -> peer.drain(port.now()));
    }

    @Override
    public void stateChanged(long now, PeerState next, String reason) {
        state = next;
    }

    /** The server's side learns from the first check where the client is. */
    @Override
    public void candidate(String line, String mid, int mlineIndex, boolean last) {}

    @Override
    public void verified(long now, Flow flow) {}

    @Override
    public void selected(long now, Flow flow) {}

    @Override
    public void receiverChanged(long now, Receiver receiver) {}

    @Override
    public void receiverEnded(long now, Receiver receiver) {}

    @Override
    public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {}

    @Override
    public void bound(long now, Sender sender) {}

    @Override
    public void unsupported(long now, Sender sender, String why) {}

    @Override
    public void keyFrameLost(long now, Sender sender) {
        keyFrameWanted = true;
    }

    @Override
    public void nack(long now, Sender sender, int seq) {}

    @Override
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {}

    @Override
    public void sectionsRequired(int audios, int videos) {}

    @Override
    public void offerNeeded() {}

    @Override
    public void laneOpen(long now, DataLane lane) {}

    @Override
    public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {}

    // -- the server's

    PeerListener listener() {
        return new PeerListener() {
            @Override
            public void candidate(String line, String mid, int mlineIndex, boolean last) {
                all.post(() -> peer.addCandidate(port.now(), line));
            }
        };
    }

    @Override
    public String toString() {
        return name + " " + state;
    }
}
