package io.stoa.turn.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** How a client is reached; what its flow holds. */
interface ClientPath {
    Channel channel();

    /** What is written for it. */
    Object message(ByteBuf bytes);

    /** It has no allocation any more. */
    void released();
}
