package io.stoa.turn.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.stoa.turn.TurnFrames;
import java.util.List;

/** Cuts what a client sends over TCP or TLS into messages; what begins with something else ends the connection. */
final class TurnStream extends ByteToMessageDecoder {
    private final byte[] header = new byte[TurnFrames.HEADER];

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < TurnFrames.HEADER) return;
        in.getBytes(in.readerIndex(), header);
        int length = TurnFrames.length(header, 0);
        if (length < 0) throw new CorruptedFrameException("neither STUN nor ChannelData");
        if (in.readableBytes() >= length) out.add(in.readRetainedSlice(length));
    }
}
