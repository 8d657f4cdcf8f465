package io.stoa.turn;

import static io.stoa.turn.Refusal.ALLOCATION_MISMATCH;
import static io.stoa.turn.Refusal.BAD_REQUEST;
import static io.stoa.turn.Refusal.FAMILY_NOT_SUPPORTED;
import static io.stoa.turn.Refusal.FORBIDDEN;
import static io.stoa.turn.Refusal.INSUFFICIENT_CAPACITY;
import static io.stoa.turn.Refusal.PEER_FAMILY_MISMATCH;
import static io.stoa.turn.Refusal.QUOTA_REACHED;
import static io.stoa.turn.Refusal.STALE_NONCE;
import static io.stoa.turn.Refusal.TRANSPORT_NOT_SUPPORTED;
import static io.stoa.turn.Refusal.UNAUTHENTICATED;
import static io.stoa.turn.Refusal.WRONG_CREDENTIALS;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.ice.StunView;
import io.stoa.turn.Allocation.Channel;
import io.stoa.turn.TurnCredentials.Account;
import io.stoa.turn.TurnSettings.RelayAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The requests of clients: who asks, and what for. */
final class Requests implements Allocations.Outcome {
    private static final long DEFAULT_LIFETIME = 600 * Time.SECOND;
    private static final long MAX_LIFETIME = 3_600 * Time.SECOND;
    /** A port of the range may be used by another program. */
    private static final int PORT_TRIES = 50;
    private static final int EVEN_PORT_RESERVE = 0x80;

    private final TurnCredentials credentials;
    private final Allocations allocations;
    private final Nonces nonces;
    private final Replies replies;
    private final DropCounters drops;
    private TurnSettings settings;

    Requests(TurnCredentials credentials, Allocations allocations, Nonces nonces, Replies replies, DropCounters drops, TurnSettings settings) {
        this.credentials = credentials;
        this.allocations = allocations;
        this.nonces = nonces;
        this.replies = replies;
        this.drops = drops;
        this.settings = settings;
    }

    void settings(TurnSettings changed) {
        settings = changed;
    }

    void receive(long now, Flow client, StunView view) {
        switch (view.method()) {
            case Turn.BINDING -> replies.binding(client, view);
            case Turn.ALLOCATE, Turn.REFRESH, Turn.CREATE_PERMISSION, Turn.CHANNEL_BIND -> {
                Request request = authenticate(now, client, view);
                if (request != null && understood(request)) answer(request);
            }
            default -> drops.count(Drop.TURN_UNKNOWN_METHOD);
        }
    }

    /** RFC 8489 section 9.2.4; null if it is refused already. */
    private Request authenticate(long now, Flow client, StunView view) {
        if (!view.hasIntegrity()) {
            replies.challenge(now, client, view, UNAUTHENTICATED);
            return null;
        }
        String username = text(view, Turn.USERNAME);
        String nonce = text(view, Turn.NONCE);
        if (username == null || nonce == null || !view.has(Turn.REALM)) {
            replies.refuseStranger(client, view, BAD_REQUEST);
            return null;
        }
        Optional<Account> account = credentials.find(username);
        if (account.isEmpty() || !view.integrityFits(account.get().key())) {
            replies.challenge(now, client, view, UNAUTHENTICATED);
            return null;
        }
        if (!nonces.isGood(now, client, nonce)) {
            replies.challenge(now, client, view, STALE_NONCE);
            return null;
        }
        return new Request(now, client, view, username, account.get());
    }

    private static String text(StunView view, int attribute) {
        int at = view.find(attribute);
        return at < 0 ? null : new String(view.copy(at), StandardCharsets.UTF_8);
    }

    private boolean understood(Request request) {
        StunView view = request.view();
        List<Integer> unknown = new ArrayList<>();
        for (int at = view.first(); at >= 0; at = view.next(at)) if (!Turn.known(view.attribute(at))) unknown.add(view.attribute(at));
        if (!unknown.isEmpty()) replies.unknownAttributes(request, unknown.stream().distinct().mapToInt(Integer::intValue).toArray());
        return unknown.isEmpty();
    }

    private void answer(Request request) {
        if (request.view().method() == Turn.ALLOCATE) {
            allocate(request);
            return;
        }
        Allocation allocation = request.allocation();
        if (allocation == null) {
            replies.refuse(request, ALLOCATION_MISMATCH);
        } else if (!allocation.username.equals(request.username())) {
            replies.refuse(request, WRONG_CREDENTIALS);
        } else {
            switch (request.view().method()) {
                case Turn.REFRESH -> refresh(request, allocation);
                case Turn.CREATE_PERMISSION -> createPermission(request, allocation);
                default -> channelBind(request, allocation);
            }
        }
    }

    // -- Allocate (RFC 8656 section 7.2)

    private void allocate(Request request) {
        if (request.client().owner != null) {
            again(request);
            return;
        }
        Refusal refusal = refusal(request);
        if (refusal != null) {
            replies.refuse(request, refusal);
            return;
        }
        StunView view = request.view();
        int even = view.find(Turn.EVEN_PORT);
        boolean pair = even >= 0 && (view.copy(even)[0] & EVEN_PORT_RESERVE) != 0;
        RelayAddress address = settings.relay(family(view)).orElseThrow();
        Opening opening = new Opening(request, address, lifetime(view), even >= 0, pair, PORT_TRIES);
        opening.additionalFamily = view.has(Turn.ADDITIONAL_ADDRESS_FAMILY);
        int token = view.find(Turn.RESERVATION_TOKEN);
        if (token < 0) allocations.open(request.now(), opening, this);
        else if (allocations.reserved(request.now(), view.copy(token), opening) != null) allocations.take(request.now(), opening, this);
        else replies.refuse(request, INSUFFICIENT_CAPACITY);
    }

    /** A request that is still being worked on is answered when that is done; one that was answered, as it was then. */
    private void again(Request request) {
        Allocation allocation = request.allocation();
        if (allocation == null) return;
        byte[] answer = allocation.answerTo(request.view().transaction());
        if (answer != null) replies.resend(request.client(), answer);
        else replies.refuse(request, ALLOCATION_MISMATCH);
    }

    /** Null if it may be tried. */
    private Refusal refusal(Request request) {
        StunView view = request.view();
        int transport = view.find(Turn.REQUESTED_TRANSPORT);
        if (request.account().expired() || transport < 0 || view.size(transport) != 4) return BAD_REQUEST;
        if (view.copy(transport)[0] != Turn.UDP) return TRANSPORT_NOT_SUPPORTED;
        int token = view.find(Turn.RESERVATION_TOKEN);
        int even = view.find(Turn.EVEN_PORT);
        int family = view.find(Turn.REQUESTED_ADDRESS_FAMILY);
        int additional = view.find(Turn.ADDITIONAL_ADDRESS_FAMILY);
        if (token >= 0 && (view.size(token) != 8 || even >= 0 || family >= 0 || additional >= 0)) return BAD_REQUEST;
        if (even >= 0 && view.size(even) < 1 || family >= 0 && (view.size(family) != 4 || additional >= 0)) return BAD_REQUEST;
        if (additional >= 0 && (view.size(additional) != 4 || view.copy(additional)[0] != Turn.FAMILY_IPV6)) return BAD_REQUEST;
        if (additional >= 0 && even >= 0 && (view.copy(even)[0] & EVEN_PORT_RESERVE) != 0) return BAD_REQUEST;
        if (settings.relay(family(view)).isEmpty()) return FAMILY_NOT_SUPPORTED;
        return allocations.mayHaveMore(request.account().user()) ? null : QUOTA_REACHED;
    }

    private static int family(StunView view) {
        int at = view.find(Turn.REQUESTED_ADDRESS_FAMILY);
        return at < 0 ? Turn.FAMILY_IPV4 : view.copy(at)[0];
    }

    /** What was asked for within what is usual; the default where nothing was. */
    private static long lifetime(StunView view) {
        int at = view.find(Turn.LIFETIME);
        long seconds = at < 0 ? -1 : view.u32(at);
        return seconds < 0 ? DEFAULT_LIFETIME : Math.clamp(seconds * Time.SECOND, DEFAULT_LIFETIME, MAX_LIFETIME);
    }

    @Override
    public void allocated(long now, Opening opening, byte[] token) {
        ((Allocation) opening.client.owner).answered(opening.transaction, replies.allocated(opening, token));
    }

    @Override
    public void refused(Opening opening, Refusal refusal) {
        replies.refuse(opening, refusal);
    }

    // -- Refresh (section 8.2)

    private void refresh(Request request, Allocation allocation) {
        StunView view = request.view();
        int family = view.find(Turn.REQUESTED_ADDRESS_FAMILY);
        if (family >= 0 && view.size(family) != 4) {
            replies.refuse(request, BAD_REQUEST);
            return;
        }
        if (family >= 0 && family(view) != TurnSettings.family(allocation.relay.relayed)) {
            replies.refuse(request, PEER_FAMILY_MISMATCH);
            return;
        }
        int at = view.find(Turn.LIFETIME);
        if (at >= 0 && view.u32(at) == 0) {
            replies.refreshed(request, 0);
            allocations.remove(allocation);
            return;
        }
        long lifetime = lifetime(view);
        allocations.extend(allocation, request.now() + lifetime);
        replies.refreshed(request, lifetime);
    }

    // -- permissions and channels (sections 10.2, 12.2)

    private void createPermission(Request request, Allocation allocation) {
        StunView view = request.view();
        List<TransportAddress> peers = new ArrayList<>();
        Refusal refusal = null;
        for (int at = view.first(); at >= 0 && refusal == null; at = view.next(at)) {
            if (view.attribute(at) != Turn.XOR_PEER_ADDRESS) continue;
            TransportAddress peer = view.xorAddress(at);
            refusal = refusal(allocation, peer);
            peers.add(peer);
        }
        if (refusal == null && peers.isEmpty()) refusal = BAD_REQUEST;
        if (refusal == null && !peers.stream().allMatch(peer -> allocation.permit(request.now(), peer))) refusal = INSUFFICIENT_CAPACITY;
        if (refusal == null) replies.success(request);
        else replies.refuse(request, refusal);
    }

    private Refusal refusal(Allocation allocation, TransportAddress peer) {
        if (peer == null) return BAD_REQUEST;
        if (TurnSettings.family(peer) != TurnSettings.family(allocation.relay.relayed)) return PEER_FAMILY_MISMATCH;
        return settings.rules().allow(peer) ? null : FORBIDDEN;
    }

    private void channelBind(Request request, Allocation allocation) {
        StunView view = request.view();
        int number = view.find(Turn.CHANNEL_NUMBER);
        int at = view.find(Turn.XOR_PEER_ADDRESS);
        long channel = number < 0 ? -1 : view.u32(number) >>> 16;
        TransportAddress peer = at < 0 ? null : view.xorAddress(at);
        Refusal refusal = refusal(request.now(), allocation, (int) channel, peer);
        if (refusal == null && !(allocation.permit(request.now(), peer) && allocation.bind(request.now(), (int) channel, peer)))
            refusal = INSUFFICIENT_CAPACITY;
        if (refusal == null) replies.success(request);
        else replies.refuse(request, refusal);
    }

    /** A number stands for one peer, and a peer has one number. */
    private Refusal refusal(long now, Allocation allocation, int number, TransportAddress peer) {
        if (peer == null || number < Turn.FIRST_CHANNEL || number > Turn.LAST_CHANNEL) return BAD_REQUEST;
        Channel byNumber = allocation.channel(now, number);
        Channel byPeer = allocation.channel(now, peer);
        if (byNumber != null && !byNumber.peer().equals(peer) || byPeer != null && byPeer.number() != number) return BAD_REQUEST;
        return refusal(allocation, peer);
    }
}
