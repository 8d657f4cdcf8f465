package io.stoa.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * The other side as a script: writes chunks byte by byte and looks at what comes back, so that rules about single packets can be
 * stated without a second implementation. The side under test is called "ours" here.
 */
final class ScriptedPeer implements DataChannelHandler {
    static final int TAG = 0x1234_5678;
    static final int FIRST_TSN = 0x7000_0000;
    static final int COOKIE_PARAMETER = 7;

    final DataChannels ours;
    final List<byte[]> packets = new ArrayList<>();
    final List<DataChannel> opened = new ArrayList<>();
    final List<DataChannel> closed = new ArrayList<>();
    final List<byte[]> messages = new ArrayList<>();
    final List<String> failures = new ArrayList<>();
    int connected;
    int ourTag;
    int ourFirstTsn;
    long now = 77;
    /** The next TSN that this script will use. */
    int tsn = FIRST_TSN;

    /** One chunk of ours: type, flags and value, without padding. */
    record Seen(int type, int flags, byte[] value) {
        int i32(int at) {
            return Bytes.i32(value, at);
        }

        int u16(int at) {
            return Bytes.u16(value, at);
        }
    }

    ScriptedPeer(boolean oursTakesEvenStreams) {
        ours = new DataChannels(SctpSettings.DEFAULT, oursTakesEvenStreams, new Random(11), this);
    }

    /** The script sends INIT and COOKIE ECHO; ours only answers. */
    ScriptedPeer connect() {
        receive(0, chunk(Chunk.INIT, 0, init()));
        Seen answer = only(Chunk.INIT_ACK);
        ourTag = answer.i32(0);
        ourFirstTsn = answer.i32(12);
        receive(chunk(Chunk.COOKIE_ECHO, 0, parameter(answer.value, 16, COOKIE_PARAMETER)));
        only(Chunk.COOKIE_ACK);
        assertThat(ours.connected()).isTrue();
        packets.clear();
        return this;
    }

    /** Tag, window, streams and first TSN of the script. */
    static byte[] init() {
        byte[] value = new byte[16];
        Bytes.i32(value, 0, TAG);
        Bytes.i32(value, 4, 1 << 20);
        Bytes.u16(value, 8, 65_535);
        Bytes.u16(value, 10, 65_535);
        Bytes.i32(value, 12, FIRST_TSN);
        return value;
    }

    /** The value of the first parameter of that type. */
    static byte[] parameter(byte[] value, int at, int type) {
        for (int p = at; p + 4 <= value.length; p += Bytes.u16(value, p + 2) + 3 & ~3) {
            if (Bytes.u16(value, p) == type) return Arrays.copyOfRange(value, p + 4, p + Bytes.u16(value, p + 2));
        }
        throw new AssertionError("no parameter " + type);
    }

    // -- chunks of the script

    static byte[] chunk(int type, int flags, byte[] value) {
        byte[] chunk = new byte[4 + value.length + 3 & ~3];
        chunk[0] = (byte) type;
        chunk[1] = (byte) flags;
        Bytes.u16(chunk, 2, 4 + value.length);
        System.arraycopy(value, 0, chunk, 4, value.length);
        return chunk;
    }

    static byte[] data(int tsn, int flags, int stream, int ssn, int ppid, byte[] user) {
        byte[] value = new byte[12 + user.length];
        Bytes.i32(value, 0, tsn);
        Bytes.u16(value, 4, stream);
        Bytes.u16(value, 6, ssn);
        Bytes.i32(value, 8, ppid);
        System.arraycopy(user, 0, value, 12, user.length);
        return chunk(Chunk.DATA, flags, value);
    }

    /** A whole binary message. */
    static byte[] message(int tsn, int stream, int ssn, String text) {
        return data(tsn, Chunk.FLAG_BEGIN | Chunk.FLAG_END, stream, ssn, 53, text.getBytes());
    }

    byte[] dcepOpen(int stream, int channelType, int parameter, String label) {
        byte[] user = new byte[12 + label.length()];
        user[0] = 3;
        user[1] = (byte) channelType;
        Bytes.i32(user, 4, parameter);
        Bytes.u16(user, 8, label.length());
        System.arraycopy(label.getBytes(), 0, user, 12, label.length());
        return data(tsn++, Chunk.FLAG_BEGIN | Chunk.FLAG_END, stream, 0, 50, user);
    }

    /** @param gaps from and to, relative to {@code cumulative}, in turn */
    static byte[] sack(int cumulative, int window, int... gaps) {
        byte[] value = new byte[12 + 2 * gaps.length];
        Bytes.i32(value, 0, cumulative);
        Bytes.i32(value, 4, window);
        Bytes.u16(value, 8, gaps.length / 2);
        for (int i = 0; i < gaps.length; i++) Bytes.u16(value, 12 + 2 * i, gaps[i]);
        return chunk(Chunk.SACK, 0, value);
    }

    /** @param skipped stream and sequence number in turn */
    static byte[] forward(int tsn, int... skipped) {
        byte[] value = new byte[4 + 2 * skipped.length];
        Bytes.i32(value, 0, tsn);
        for (int i = 0; i < skipped.length; i++) Bytes.u16(value, 4 + 2 * i, skipped[i]);
        return chunk(Chunk.FORWARD_TSN, 0, value);
    }

    static byte[] resetRequest(int seq, int lastTsn, int... streams) {
        byte[] value = new byte[16 + 2 * streams.length];
        Bytes.u16(value, 0, 13);
        Bytes.u16(value, 2, value.length);
        Bytes.i32(value, 4, seq);
        Bytes.i32(value, 12, lastTsn);
        for (int i = 0; i < streams.length; i++) Bytes.u16(value, 16 + 2 * i, streams[i]);
        return chunk(Chunk.RE_CONFIG, 0, value);
    }

    static byte[] resetAnswer(int seq, int result) {
        byte[] value = new byte[12];
        Bytes.u16(value, 0, 16);
        Bytes.u16(value, 2, 12);
        Bytes.i32(value, 4, seq);
        Bytes.i32(value, 8, result);
        return chunk(Chunk.RE_CONFIG, 0, value);
    }

    // -- exchange

    static byte[] packet(int tag, byte[]... chunks) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[12]);
        for (byte[] chunk : chunks) out.writeBytes(chunk);
        byte[] packet = out.toByteArray();
        Bytes.u16(packet, 0, SctpSettings.PORT);
        Bytes.u16(packet, 2, SctpSettings.PORT);
        Bytes.i32(packet, 4, tag);
        mend(packet);
        return packet;
    }

    /** Writes the checksum that the packet should have; RFC 9260 appendix A sends its low byte first. */
    static void mend(byte[] packet) {
        Bytes.i32(packet, 8, 0);
        var crc = new CRC32C();
        crc.update(packet);
        Bytes.i32(packet, 8, Integer.reverseBytes((int) crc.getValue()));
    }

    /** One packet with the right tag, and the end of the batch. */
    void receive(byte[]... chunks) {
        receive(ourTag, chunks);
    }

    private void receive(int tag, byte[]... chunks) {
        byte[] packet = packet(tag, chunks);
        ours.receive(now, packet, 0, packet.length);
        ours.flush(now);
    }

    /** Lets time pass, waking ours whenever it asked for it. */
    void pass(long nanos) {
        long end = now + nanos;
        ours.flush(now);
        for (int turns = 0; ; turns++) {
            assertThat(turns).as("wakes without an end").isLessThan(10_000);
            long next = ours.nextWake();
            if (next == Time.NEVER || next - end > 0) break;
            if (next - now > 0) now = next;
            ours.wake(now);
            ours.flush(now);
        }
        now = end;
    }

    /** All chunks since the last call, in order. */
    List<Seen> take() {
        List<Seen> chunks = new ArrayList<>();
        for (byte[] packet : packets) chunks.addAll(chunks(packet));
        packets.clear();
        return chunks;
    }

    static List<Seen> chunks(byte[] packet) {
        List<Seen> chunks = new ArrayList<>();
        for (int at = 12; at < packet.length; ) {
            int length = Bytes.u16(packet, at + 2);
            chunks.add(new Seen(packet[at] & 0xff, packet[at + 1] & 0xff, Arrays.copyOfRange(packet, at + 4, at + length)));
            for (int pad = at + length; pad % 4 != 0; pad++) assertThat(packet[pad]).as("padding").isZero();
            at += length + 3 & ~3;
        }
        return chunks;
    }

    List<Seen> take(int type) {
        return take().stream().filter(chunk -> chunk.type == type).toList();
    }

    /** The only chunk since the last call, which is of that type. */
    Seen only(int type) {
        List<Seen> chunks = take();
        assertThat(chunks).extracting(Seen::type).containsExactly(type);
        return chunks.getFirst();
    }

    @Override
    public void transmit(byte[] bytes, int offset, int length) {
        byte[] packet = Arrays.copyOfRange(bytes, offset, offset + length);
        Arrays.fill(bytes, (byte) 0xee); // whoever composes may not rely on what it left in there
        byte[] mended = packet.clone();
        mend(mended);
        assertThat(packet).as("checksum").isEqualTo(mended);
        assertThat(length % 4).as("padding").isZero();
        packets.add(packet);
    }

    @Override
    public void connected() {
        connected++;
    }

    @Override
    public void opened(DataChannel channel) {
        opened.add(channel);
    }

    @Override
    public void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
        messages.add(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void closed(DataChannel channel) {
        closed.add(channel);
    }

    @Override
    public void failed(String reason) {
        failures.add(reason);
    }
}
