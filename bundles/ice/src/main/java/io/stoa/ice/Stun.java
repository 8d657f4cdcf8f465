package io.stoa.ice;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.TransportAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ice4j.StunException;
import org.ice4j.Transport;
import org.ice4j.attribute.Attribute;
import org.ice4j.attribute.AttributeFactory;
import org.ice4j.attribute.ErrorCodeAttribute;
import org.ice4j.attribute.IceControlAttribute;
import org.ice4j.attribute.PriorityAttribute;
import org.ice4j.attribute.UsernameAttribute;
import org.ice4j.message.Message;

/**
 * Binding messages as values, by ice4j's codec; integrity and fingerprint over the raw bytes. One thread.
 *
 * <p>Checks of consent are most of what comes, and one is as the other: what says the same as the one before is not decoded again.
 */
final class Stun {
    /** Of draft-thatcher-ice-renomination-01: a number, the greatest of which wins. */
    static final int NOMINATION = 0xc001;

    private final Integrity hmac = new Integrity();
    private final StunView view = new StunView();
    /** The last one of each class, by {@link StunView#kind}, that somebody with the password has sent: as it came, and what it said. */
    private final byte[][] last = {{}, {}, {}, {}};

    private final Received[] said = new Received[4];
    /** What was decoded last, unless it was a repetition. */
    private byte[] copy;

    private Received fresh;

    /**
     * A received message.
     *
     * @param kind {@link Message#BINDING_REQUEST} and the like
     * @param errorCode of an error response, else 0
     * @param tieBreaker of the role attribute, 0 if there is none
     */
    record Received(
            char kind, byte[] transaction, String username, long priority, boolean useCandidate, boolean controlling, boolean hasRole,
            long tieBreaker, int errorCode) {
        Received in(byte[] otherTransaction) {
            return new Received(kind, otherTransaction, username, priority, useCandidate, controlling, hasRole, tieBreaker, errorCode);
        }
    }

    /** Either a message or the reason why it is none. */
    record Decoded(Received message, Drop drop) {}

    Decoded decode(byte[] bytes, int offset, int length) {
        Drop drop = view.refuse(bytes, offset, length);
        if (drop != null) return new Decoded(null, drop);
        fresh = null;
        int kind = view.kind();
        if (view.repeats(last[kind])) return new Decoded(said[kind].in(view.transaction()), null);
        try {
            copy = Arrays.copyOfRange(bytes, offset, offset + length);
            fresh = read(Message.decode(copy, 0, length), copy);
            return new Decoded(fresh, null);
        } catch (StunException | RuntimeException e) {
            // ice4j signals malformed attributes in both ways
            return new Decoded(null, Drop.STUN_MALFORMED);
        }
    }

    private static Received read(Message message, byte[] raw) {
        UsernameAttribute username = (UsernameAttribute) message.getAttribute(Attribute.USERNAME);
        PriorityAttribute priority = (PriorityAttribute) message.getAttribute(Attribute.PRIORITY);
        IceControlAttribute controlling = (IceControlAttribute) message.getAttribute(Attribute.ICE_CONTROLLING);
        IceControlAttribute controlled = (IceControlAttribute) message.getAttribute(Attribute.ICE_CONTROLLED);
        ErrorCodeAttribute error = (ErrorCodeAttribute) message.getAttribute(Attribute.ERROR_CODE);
        IceControlAttribute role = controlling != null ? controlling : controlled;
        return new Received(
                message.getMessageType(),
                Arrays.copyOfRange(raw, 8, 20),
                username == null ? "" : new String(username.getUsername(), StandardCharsets.UTF_8),
                priority == null ? 0 : priority.getPriority(),
                message.getAttribute(Attribute.USE_CANDIDATE) != null,
                controlling != null,
                role != null,
                role == null ? 0 : role.getTieBreaker(),
                error == null ? 0 : error.getErrorCode());
    }

    byte[] request(
            byte[] transaction, String username, String password, long priority, boolean controlling, long tieBreaker, boolean nominate) {
        return request(transaction, username, password, priority, controlling, tieBreaker, nominate, 0);
    }

    /** @param round of nominations, which libwebrtc heeds; 0: not said */
    byte[] request(
            byte[] transaction, String username, String password, long priority, boolean controlling, long tieBreaker, boolean nominate, int round) {
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(AttributeFactory.createUsernameAttribute(username));
        attributes.add(AttributeFactory.createPriorityAttribute(priority));
        attributes.add(
                controlling
                        ? AttributeFactory.createIceControllingAttribute(tieBreaker)
                        : AttributeFactory.createIceControlledAttribute(tieBreaker));
        if (nominate) attributes.add(AttributeFactory.createUseCandidateAttribute());
        StunWriter writer = new StunWriter(Message.BINDING_REQUEST, transaction);
        for (Attribute attribute : attributes) writer.encoded(attribute.encode());
        if (nominate && round > 0) writer.encoded(number(NOMINATION, round));
        return writer.integrity(hmac, key(password)).fingerprint().toBytes();
    }

    private static byte[] number(int type, int value) {
        byte[] attribute = new byte[8];
        Bytes.u16(attribute, 0, type);
        Bytes.u16(attribute, 2, 4);
        Bytes.i32(attribute, 4, value);
        return attribute;
    }

    byte[] success(byte[] transaction, TransportAddress mapped, String password) {
        var address = new org.ice4j.TransportAddress(mapped.address(), mapped.port(), Transport.UDP);
        Attribute xor = AttributeFactory.createXorMappedAddressAttribute(address, transaction);
        return seal(Message.BINDING_SUCCESS_RESPONSE, transaction, List.of(xor), password);
    }

    byte[] error(byte[] transaction, int code, String reason, String password) {
        Attribute error = AttributeFactory.createErrorCodeAttribute((char) code, reason);
        return seal(Message.BINDING_ERROR_RESPONSE, transaction, List.of(error), password);
    }

    /** Attributes by ice4j; Message.encode is not used because it asks ice4j's configuration. */
    private byte[] seal(char kind, byte[] transaction, List<Attribute> attributes, String password) {
        StunWriter writer = new StunWriter(kind, transaction);
        for (Attribute attribute : attributes) writer.encoded(attribute.encode());
        return writer.integrity(hmac, key(password)).fingerprint().toBytes();
    }

    /** Of the message that was decoded last. */
    boolean integrityFits(String password) {
        if (!view.integrityFits(hmac, key(password))) return false;
        if (fresh != null) {
            last[view.kind()] = copy;
            said[view.kind()] = fresh;
        }
        return true;
    }

    private static byte[] key(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }
}
