package io.stoa.base;

import java.util.random.RandomGenerator;

/**
 * Identifiers as LiveKit writes them: a prefix and twelve characters of an alphabet without look-alikes. The source of randomness is
 * injected; production uses {@link java.security.SecureRandom}, scenarios a seed. Safe for use by several threads if the source is.
 */
public final class Ids {
    static final String ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static final String ROOM = "RM_";
    public static final String PARTICIPANT = "PA_";
    public static final String TRACK = "TR_";
    public static final String DATA_TRACK = "DTR_";
    public static final String NODE = "ND_";
    public static final String CONNECTION = "CO_";
    public static final String EVENT = "EV_";
    public static final String EGRESS = "EG_";
    public static final String INGRESS = "IN_";
    public static final String SIP_TRUNK = "ST_";
    public static final String SIP_DISPATCH_RULE = "SDR_";
    public static final String SIP_CALL = "SCL_";

    private final RandomGenerator random;

    public Ids(RandomGenerator random) {
        this.random = random;
    }

    public String next(String prefix) {
        return prefix + characters(12);
    }

    public String characters(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return text.toString();
    }
}
