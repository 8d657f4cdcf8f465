package io.stoa.auth;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** API keys and their secrets. A whiteboard of one: the service of the highest ranking counts; without one every token is refused. */
@ConsumerType
public interface KeyProvider {
    Optional<String> secret(String apiKey);

    /** The key that signs what the server itself issues (refreshed tokens, join tokens). */
    Optional<String> firstKey();
}
