package io.stoa.turn;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.ice.StunView;
import io.stoa.ice.StunWriter;

/** What clients are answered. */
final class Replies {
    private final TurnHandler handler;
    private final Nonces nonces;
    private final String realm;

    Replies(TurnHandler handler, Nonces nonces, String realm) {
        this.handler = handler;
        this.nonces = nonces;
        this.realm = realm;
    }

    private static StunWriter answer(StunView request, int kind) {
        return new StunWriter(StunView.type(request.method(), kind), request.transaction());
    }

    /** Without credentials: the address that a client is seen from. */
    void binding(Flow client, StunView request) {
        StunWriter reply = answer(request, StunView.SUCCESS).xorAddress(Turn.XOR_MAPPED_ADDRESS, client.remote);
        finish(client, request.hasFingerprint(), reply);
    }

    void success(Request request) {
        finish(request, answer(request.view(), StunView.SUCCESS));
    }

    void refreshed(Request request, long lifetimeNanos) {
        finish(request, answer(request.view(), StunView.SUCCESS).u32(Turn.LIFETIME, lifetimeNanos / Time.SECOND));
    }

    /** @return what was sent */
    byte[] allocated(Opening opening, byte[] token) {
        StunWriter reply = new StunWriter(StunView.type(Turn.ALLOCATE, StunView.SUCCESS), opening.transaction)
                .xorAddress(Turn.XOR_RELAYED_ADDRESS, opening.relay.relayed)
                .u32(Turn.LIFETIME, opening.lifetimeNanos / Time.SECOND)
                .xorAddress(Turn.XOR_MAPPED_ADDRESS, opening.client.remote);
        if (token != null) reply.attribute(Turn.RESERVATION_TOKEN, token);
        if (opening.additionalFamily) reply.attribute(Turn.ADDRESS_ERROR_CODE, noSecondFamily());
        return finish(opening.client, opening.fingerprint, reply.integrity(opening.account.key()));
    }

    /** RFC 8656 section 18.9: a second family in one allocation is not offered. */
    private static byte[] noSecondFamily() {
        byte[] value = new byte[4];
        value[0] = Turn.FAMILY_IPV6;
        value[2] = (byte) (Refusal.FAMILY_NOT_SUPPORTED.code / 100);
        value[3] = (byte) (Refusal.FAMILY_NOT_SUPPORTED.code % 100);
        return value;
    }

    /** To an authenticated request. */
    void refuse(Request request, Refusal refusal) {
        finish(request, answer(request.view(), StunView.ERROR).error(refusal.code, refusal.reason));
    }

    void refuse(Opening opening, Refusal refusal) {
        StunWriter reply = new StunWriter(StunView.type(Turn.ALLOCATE, StunView.ERROR), opening.transaction).error(refusal.code, refusal.reason);
        finish(opening.client, opening.fingerprint, reply.integrity(opening.account.key()));
    }

    void unknownAttributes(Request request, int[] types) {
        byte[] list = new byte[2 * types.length];
        for (int i = 0; i < types.length; i++) Bytes.u16(list, 2 * i, types[i]);
        Refusal refusal = Refusal.UNKNOWN_ATTRIBUTE;
        finish(request, answer(request.view(), StunView.ERROR).error(refusal.code, refusal.reason).attribute(Turn.UNKNOWN_ATTRIBUTES, list));
    }

    /** To whoever is not known: nothing can be signed. */
    void refuseStranger(Flow client, StunView request, Refusal refusal) {
        finish(client, request.hasFingerprint(), answer(request, StunView.ERROR).error(refusal.code, refusal.reason));
    }

    /** How to show credentials (RFC 8489 section 9.2.3). */
    void challenge(long now, Flow client, StunView request, Refusal refusal) {
        StunWriter reply = answer(request, StunView.ERROR)
                .error(refusal.code, refusal.reason)
                .text(Turn.REALM, realm)
                .text(Turn.NONCE, nonces.issue(now, client));
        finish(client, request.hasFingerprint(), reply);
    }

    void resend(Flow client, byte[] reply) {
        handler.send(client, reply, 0, reply.length);
    }

    private void finish(Request request, StunWriter reply) {
        finish(request.client(), request.view().hasFingerprint(), reply.integrity(request.account().key()));
    }

    private byte[] finish(Flow client, boolean fingerprint, StunWriter reply) {
        byte[] bytes = (fingerprint ? reply.fingerprint() : reply).toBytes();
        handler.send(client, bytes, 0, bytes.length);
        return bytes;
    }
}
