package io.stoa.turn;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;
import io.stoa.turn.Allocation.Channel;
import java.util.random.RandomGenerator;

/**
 * The machine: whatever clients say and peers send goes in here. The owner asks for {@link #nextWake} after every call.
 *
 * <p>A flow's {@link Flow#owner} is the server's: not null for as long as the flow has to be remembered, until
 * {@link TurnHandler#released}.
 */
public final class TurnServer {

    private final TurnHandler handler;
    private final RandomGenerator random;
    private final Allocations allocations;
    private final Requests requests;
    private final DropCounters drops = new DropCounters();
    private final StunView view = new StunView();
    private byte[] frame = new byte[2_048];

    public TurnServer(TurnSettings settings, TurnCredentials credentials, TurnHandler handler, RandomGenerator random) {
        this.handler = handler;
        this.random = random;
        Nonces nonces = new Nonces(random);
        allocations = new Allocations(handler, random, settings);
        requests = new Requests(credentials, allocations, nonces, new Replies(handler, nonces, settings.realm()), drops, settings);
    }

    /** What was permitted and would not be any more ends; relay ports that are open stay. The realm cannot change. */
    public void settings(TurnSettings changed) {
        allocations.settings(changed);
        requests.settings(changed);
    }

    public DropCounters drops() {
        return drops;
    }

    public int allocations() {
        return allocations.size();
    }

    // -- from clients

    /** One message of a client: STUN or ChannelData. */
    public void receive(long now, Flow client, byte[] bytes, int offset, int length) {
        if (length < Turn.CHANNEL_HEADER) {
            drops.count(length == 0 ? Drop.EMPTY : Drop.TRUNCATED);
            return;
        }
        switch (bytes[offset] & 0xc0) {
            case 0x00 -> stun(now, client, bytes, offset, length);
            case 0x40 -> channelData(now, client, bytes, offset, length);
            default -> drops.count(Drop.UNKNOWN_PROTOCOL);
        }
    }

    private void stun(long now, Flow client, byte[] bytes, int offset, int length) {
        if (!view.look(bytes, offset, length)) {
            drops.count(Drop.STUN_MALFORMED);
            return;
        }
        switch (view.kind()) {
            case StunView.REQUEST -> requests.receive(now, client, view);
            case StunView.INDICATION -> indication(now, client, bytes);
            default -> drops.count(Drop.STUN_UNKNOWN_TRANSACTION); // nobody is asked anything
        }
    }

    /** RFC 8656 section 11.3: no answer, whatever is wrong. */
    private void indication(long now, Flow client, byte[] bytes) {
        if (view.method() == Turn.BINDING) return; // keeps a NAT open
        int data = view.find(Turn.DATA);
        int at = view.find(Turn.XOR_PEER_ADDRESS);
        TransportAddress peer = at < 0 ? null : view.xorAddress(at);
        if (view.method() != Turn.SEND) drops.count(Drop.TURN_UNKNOWN_METHOD);
        else if (!(client.owner instanceof Allocation allocation)) drops.count(Drop.TURN_NO_ALLOCATION);
        else if (data < 0 || peer == null || !understood()) drops.count(Drop.TURN_MALFORMED);
        else if (!allocation.permits(now, peer)) drops.count(Drop.TURN_NO_PERMISSION);
        else handler.relay(allocation.relay, peer, bytes, view.value(data), view.size(data));
    }

    private boolean understood() {
        for (int at = view.first(); at >= 0; at = view.next(at)) if (!Turn.known(view.attribute(at))) return false;
        return true;
    }

    /** RFC 8656 section 12.6; what stands behind the data is padding. */
    private void channelData(long now, Flow client, byte[] bytes, int offset, int length) {
        int size = Bytes.u16(bytes, offset + 2);
        if (size > length - Turn.CHANNEL_HEADER) {
            drops.count(Drop.TRUNCATED);
            return;
        }
        if (!(client.owner instanceof Allocation allocation)) {
            drops.count(Drop.TURN_NO_ALLOCATION);
            return;
        }
        Channel channel = allocation.channel(now, Bytes.u16(bytes, offset));
        if (channel == null) drops.count(Drop.TURN_NO_CHANNEL);
        else if (!allocation.permits(now, channel.peer())) drops.count(Drop.TURN_NO_PERMISSION);
        else handler.relay(allocation.relay, channel.peer(), bytes, offset + Turn.CHANNEL_HEADER, size);
    }

    /** Its connection has ended; what it had is given up. */
    public void clientGone(Flow client) {
        allocations.clientGone(client);
    }

    // -- from peers

    /** A datagram that a relay port received. */
    public void fromPeer(long now, Relay relay, TransportAddress peer, byte[] bytes, int offset, int length) {
        Allocation allocation = relay.allocation;
        if (allocation == null) {
            drops.count(Drop.TURN_NO_ALLOCATION);
        } else if (!allocation.permits(now, peer)) {
            drops.count(Drop.TURN_NO_PERMISSION);
        } else if (length > TurnFrames.MAX_FRAME - 64) {
            drops.count(Drop.OVERSIZED);
        } else {
            Channel channel = allocation.channel(now, peer);
            if (channel == null) dataIndication(allocation, peer, bytes, offset, length);
            else channelData(allocation, channel, bytes, offset, length);
        }
    }

    private void channelData(Allocation allocation, Channel channel, byte[] bytes, int offset, int length) {
        boolean stream = allocation.client.protocol == Flow.Protocol.TCP;
        int whole = Turn.CHANNEL_HEADER + (stream ? length + 3 & ~3 : length);
        if (frame.length < whole) frame = new byte[whole];
        Bytes.u16(frame, 0, channel.number());
        Bytes.u16(frame, 2, length);
        System.arraycopy(bytes, offset, frame, Turn.CHANNEL_HEADER, length);
        for (int i = Turn.CHANNEL_HEADER + length; i < whole; i++) frame[i] = 0;
        handler.send(allocation.client, frame, 0, whole);
    }

    private void dataIndication(Allocation allocation, TransportAddress peer, byte[] bytes, int offset, int length) {
        byte[] transaction = new byte[12];
        random.nextBytes(transaction);
        byte[] message = new StunWriter(StunView.type(Turn.DATA_METHOD, StunView.INDICATION), transaction)
                .xorAddress(Turn.XOR_PEER_ADDRESS, peer)
                .attribute(Turn.DATA, bytes, offset, length)
                .toBytes();
        handler.send(allocation.client, message, 0, message.length);
    }

    // -- from the owner

    /** The port is bound. */
    public void opened(long now, Relay relay) {
        allocations.opened(now, relay, requests);
    }

    /** The port is somebody else's. */
    public void notOpened(long now, Relay relay) {
        allocations.notOpened(now, relay, requests);
    }

    public void wake(long now) {
        allocations.wake(now);
    }

    public long nextWake() {
        return allocations.nextWake();
    }

    /** Gives everything up. */
    public void close() {
        allocations.closeAll();
    }
}
