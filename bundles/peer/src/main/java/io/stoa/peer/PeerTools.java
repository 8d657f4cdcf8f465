package io.stoa.peer;

import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import java.security.SecureRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What all peers of a loop share.
 *
 * @param random for ids, SSRCs and ICE; seeded in scenarios
 * @param secureRandom for DTLS
 * @param keys what the next DTLS handshake has its key operations from
 * @param outbox where media leaves, and whose engine protects the connections of the loop
 */
public record PeerTools(
        DtlsCertificate certificate, RandomGenerator random, SecureRandom secureRandom, Supplier<KeyOperations> keys, PacketOutbox outbox) {}
