package io.stoa.peer;

import io.stoa.dtls.DtlsCertificate;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * What all peers of a loop share.
 *
 * @param random for ids, SSRCs and ICE; seeded in scenarios
 * @param secureRandom for DTLS
 * @param outbox where media leaves, and whose engine protects the connections of the loop
 */
public record PeerTools(DtlsCertificate certificate, RandomGenerator random, SecureRandom secureRandom, PacketOutbox outbox) {}
