package io.stoa.srtp;

import java.util.Arrays;
import java.util.List;

/**
 * Everything of a context that outlives the engine that made it: another engine makes a context of it that goes on with the next packet.
 * Secrets are in it; it is taken, used and forgotten on the loop of its connection.
 *
 * @param rtp sources of RTP with the index of 48 bits (roll-over counter and sequence number) of RFC 3711 section 3.3.1
 * @param rtcp sources of RTCP with the index of 31 bits of its section 3.4
 */
public record SrtpState(Direction direction, SrtpProfile profile, byte[] masterKey, byte[] masterSalt, List<Source> rtp, List<Source> rtcp) {
    public enum Direction {
        OUTBOUND,
        INBOUND
    }

    /**
     * One SSRC.
     *
     * @param index the highest that was sent, or was received and is authentic
     * @param window received indices: bit i is {@code index - i}; 0 for what is sent
     */
    public record Source(int ssrc, long index, long window) {}

    /** @throws IllegalArgumentException for keys of another length than the profile's */
    public SrtpState {
        if (masterKey.length != profile.keyBytes || masterSalt.length != profile.saltBytes)
            throw new IllegalArgumentException(profile + " needs " + profile.keyBytes + " and " + profile.saltBytes + " bytes of key and salt, not "
                    + masterKey.length + " and " + masterSalt.length);
        masterKey = masterKey.clone();
        masterSalt = masterSalt.clone();
        rtp = List.copyOf(rtp);
        rtcp = List.copyOf(rtcp);
    }

    /** Of a connection that has just made its keys. */
    public static SrtpState fresh(Direction direction, SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        return new SrtpState(direction, profile, masterKey, masterSalt, List.of(), List.of());
    }

    /** It has been used, or is not needed: the keys are no more. */
    public void forget() {
        Arrays.fill(masterKey, (byte) 0);
        Arrays.fill(masterSalt, (byte) 0);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "SrtpState[" + direction + ", " + profile + ", " + rtp.size() + " sources of RTP, " + rtcp.size() + " of RTCP]";
    }
}
