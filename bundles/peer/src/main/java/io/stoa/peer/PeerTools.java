package io.stoa.peer;

import io.stoa.dtls.DtlsCertificate;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * What all peers of a loop share.
 *
 * @param random for ids, SSRCs and ICE; seeded in scenarios
 * @param secureRandom for DTLS
 */
public record PeerTools(
        SrtpEngine engine, DtlsCertificate certificate, RandomGenerator random, SecureRandom secureRandom, PacketOutbox outbox) {}
