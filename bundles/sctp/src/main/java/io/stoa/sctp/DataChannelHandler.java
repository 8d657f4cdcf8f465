package io.stoa.sctp;

import org.osgi.annotation.versioning.ConsumerType;

/** What the channels tell their owner; called in the middle of the call that caused it. Arrays are reused. */
@ConsumerType
public interface DataChannelHandler {
    void transmit(byte[] bytes, int offset, int length);

    /** The association is up. */
    void connected();

    /** The other side opened it, or it acknowledged one that we opened. */
    void opened(DataChannel channel);

    void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length);

    void closed(DataChannel channel);

    /** The association is over; all channels are closed. */
    void failed(String reason);
}
