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
import org.ice4j.attribute.FingerprintAttribute;
import org.ice4j.attribute.IceControlAttribute;
import org.ice4j.attribute.PriorityAttribute;
import org.ice4j.attribute.UsernameAttribute;
import org.ice4j.message.Message;

/** Binding messages as values, by ice4j's codec; integrity and fingerprint over the raw bytes. */
final class Stun {
    /** Of draft-thatcher-ice-renomination-01: a number, the greatest of which wins. */
    static final int NOMINATION = 0xc001;

    private Stun() {}

    /**
     * A received message.
     *
     * @param kind {@link Message#BINDING_REQUEST} and the like
     * @param errorCode of an error response, else 0
     * @param tieBreaker of the role attribute, 0 if there is none
     */
    record Received(
            char kind, byte[] transaction, String username, long priority, boolean useCandidate, boolean controlling, boolean hasRole,
            long tieBreaker, int errorCode) {}

    /** Either a message or the reason why it is none. */
    record Decoded(Received message, Drop drop) {}

    static Decoded decode(byte[] bytes, int offset, int length) {
        if (!StunPeek.isStun(bytes, offset, length)) return new Decoded(null, Drop.STUN_MALFORMED);
        if (!fingerprintFits(bytes, offset, length)) return new Decoded(null, Drop.STUN_BAD_FINGERPRINT);
        try {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            Message message = Message.decode(copy, 0, length);
            return new Decoded(read(message, copy), null);
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

    static byte[] request(
            byte[] transaction, String username, String password, long priority, boolean controlling, long tieBreaker, boolean nominate) {
        return request(transaction, username, password, priority, controlling, tieBreaker, nominate, 0);
    }

    /** @param round of nominations, which libwebrtc heeds; 0: not said */
    static byte[] request(
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
        return writer.integrity(key(password)).fingerprint().toBytes();
    }

    private static byte[] number(int type, int value) {
        byte[] attribute = new byte[8];
        Bytes.u16(attribute, 0, type);
        Bytes.u16(attribute, 2, 4);
        Bytes.i32(attribute, 4, value);
        return attribute;
    }

    static byte[] success(byte[] transaction, TransportAddress mapped, String password) {
        var address = new org.ice4j.TransportAddress(mapped.address(), mapped.port(), Transport.UDP);
        Attribute xor = AttributeFactory.createXorMappedAddressAttribute(address, transaction);
        return seal(Message.BINDING_SUCCESS_RESPONSE, transaction, List.of(xor), password);
    }

    static byte[] error(byte[] transaction, int code, String reason, String password) {
        Attribute error = AttributeFactory.createErrorCodeAttribute((char) code, reason);
        return seal(Message.BINDING_ERROR_RESPONSE, transaction, List.of(error), password);
    }

    /** Attributes by ice4j; Message.encode is not used because it asks ice4j's configuration. */
    private static byte[] seal(char kind, byte[] transaction, List<Attribute> attributes, String password) {
        StunWriter writer = new StunWriter(kind, transaction);
        for (Attribute attribute : attributes) writer.encoded(attribute.encode());
        return writer.integrity(key(password)).fingerprint().toBytes();
    }

    static boolean integrityFits(byte[] bytes, int offset, int length, String password) {
        StunView view = new StunView();
        return view.look(bytes, offset, length) && view.integrityFits(key(password));
    }

    private static boolean fingerprintFits(byte[] bytes, int offset, int length) {
        int at = StunPeek.find(bytes, offset, length, StunView.FINGERPRINT);
        if (at < 0) return true; // not mandatory on a port of its own
        if (at + 8 != offset + length) return false;
        byte[] expected = FingerprintAttribute.calculateXorCRC32(bytes, offset, at - offset);
        return Arrays.equals(expected, 0, 4, bytes, at + 4, at + 8);
    }

    private static byte[] key(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }
}
