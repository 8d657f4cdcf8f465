package io.stoa.turn;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.turn.TurnCredentials.Account;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What a client has: its relay port, the peers that may use it, and their channels. */
final class Allocation {
    static final long PERMISSION_LIFE = 300 * Time.SECOND;
    static final long CHANNEL_LIFE = 600 * Time.SECOND;
    /** A peer of ours has a handful of candidates. */
    static final int MAX_PERMISSIONS = 64;
    static final int MAX_CHANNELS = 64;

    final Flow client;
    final Relay relay;
    final String username;
    final Account account;
    long expiresAt;
    private byte[] transaction = {};
    private byte[] response = {};
    /** By address with port 0, until when. */
    private final Map<TransportAddress, Long> permissions = new HashMap<>();
    private final Map<Integer, Channel> byNumber = new HashMap<>();
    private final Map<TransportAddress, Channel> byPeer = new HashMap<>();

    record Channel(int number, TransportAddress peer, long expiresAt) {}

    Allocation(Flow client, Relay relay, String username, Account account) {
        this.client = client;
        this.relay = relay;
        this.username = username;
        this.account = account;
    }

    void answered(byte[] request, byte[] with) {
        transaction = request;
        response = with;
    }

    /** @return what was answered to the same request, null if it is another */
    byte[] answerTo(byte[] request) {
        return Arrays.equals(request, transaction) ? response : null;
    }

    static TransportAddress host(TransportAddress peer) {
        return peer.port() == 0 ? peer : new TransportAddress(peer.high(), peer.low(), 0);
    }

    // -- permissions (RFC 8656 section 9): by address, whatever the port

    boolean permits(long now, TransportAddress peer) {
        Long until = permissions.get(host(peer));
        return until != null && until - now > 0;
    }

    /** @return false if there are too many */
    boolean permit(long now, TransportAddress peer) {
        TransportAddress host = host(peer);
        if (!permissions.containsKey(host) && permissions.size() >= MAX_PERMISSIONS) {
            permissions.values().removeIf(until -> until - now <= 0);
            if (permissions.size() >= MAX_PERMISSIONS) return false;
        }
        permissions.put(host, now + PERMISSION_LIFE);
        return true;
    }

    /** Those that other rules would not give. */
    void revoke(PeerRules rules) {
        permissions.keySet().removeIf(peer -> !rules.allow(peer));
    }

    // -- channels (RFC 8656 section 12)

    /** @return null if it is bound to nobody */
    Channel channel(long now, int number) {
        return alive(now, byNumber.get(number));
    }

    /** @return null if the peer has none */
    Channel channel(long now, TransportAddress peer) {
        return alive(now, byPeer.get(peer));
    }

    private Channel alive(long now, Channel channel) {
        if (channel == null || channel.expiresAt - now > 0) return channel;
        byNumber.remove(channel.number);
        byPeer.remove(channel.peer);
        return null;
    }

    /** @return false if there are too many */
    boolean bind(long now, int number, TransportAddress peer) {
        if (!byNumber.containsKey(number) && byNumber.size() >= MAX_CHANNELS) {
            byNumber.values().removeIf(channel -> channel.expiresAt - now <= 0);
            byPeer.values().removeIf(channel -> channel.expiresAt - now <= 0);
            if (byNumber.size() >= MAX_CHANNELS) return false;
        }
        Channel channel = new Channel(number, peer, now + CHANNEL_LIFE);
        byNumber.put(number, channel);
        byPeer.put(peer, channel);
        return true;
    }
}
