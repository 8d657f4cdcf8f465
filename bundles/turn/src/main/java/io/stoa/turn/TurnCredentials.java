package io.stoa.turn;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Long-term credentials (RFC 8489 section 9.2), by username. Must not block. */
@FunctionalInterface
@ConsumerType
public interface TurnCredentials {
    Optional<Account> find(String username);

    /**
     * @param user whom a quota counts
     * @param key MD5 of username, realm and password (RFC 8489 section 9.2.2)
     * @param expired good for what exists, for no new allocation
     */
    record Account(String user, byte[] key, boolean expired) {}
}
