package io.stoa.room;

import io.stoa.protocol.livekit.ICEServer;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * TURN servers that participants of this node may use. Whoever knows their secrets makes the credentials, so that the secrets stay there.
 * Several may offer theirs: clients are told of those of the highest ranking first. Any thread; never blocks.
 */
@ConsumerType
public interface TurnServers {
    /** For one participant, now: credentials may end. */
    List<ICEServer> of(String participantSid);
}
