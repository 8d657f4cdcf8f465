package io.stoa.turn;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** What a server needs of its owner and tells it; called in the middle of the call that caused it. Bytes are taken before a call returns. */
@ConsumerType
public interface TurnHandler {
    /** To a client: a STUN message or ChannelData, padded where it goes into a stream. */
    void send(Flow client, byte[] bytes, int offset, int length);

    /**
     * Binds {@link Relay#bind}, and tells by {@link TurnServer#opened} or {@link TurnServer#notOpened}, in this call or later. Whether it was
     * closed meanwhile it looks up in {@link Relay#isClosed}.
     */
    void open(Relay relay);

    void close(Relay relay);

    /** From a relay port. */
    void relay(Relay relay, TransportAddress peer, byte[] bytes, int offset, int length);

    /** A client without an allocation: its flow is no longer remembered. A connection may be closed after what was sent. */
    void released(Flow client);
}
