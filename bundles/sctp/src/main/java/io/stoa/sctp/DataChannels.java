package io.stoa.sctp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** One association with its data channels. One thread; call {@link #flush} once after a turn's receives, sends and wake. */
public final class DataChannels {
    private static final int PPID_DCEP = 50;
    private static final int PPID_STRING = 51;
    private static final int PPID_BINARY = 53;
    private static final int PPID_STRING_EMPTY = 56;
    private static final int PPID_BINARY_EMPTY = 57;
    private static final int DCEP_ACK = 2;
    private static final int DCEP_OPEN = 3;
    static final int MAX_CHANNELS = 1_024;
    /** Labels and protocols of all channels; one label alone may have 65,535 bytes (RFC 8832 section 5.1). */
    static final int MAX_NAMES = 256 << 10;
    /** Of a channel whose messages may be lost: more of them would only come late. */
    static final int MAX_LOSSY_BYTES = 1 << 20;
    private static final int MAX_STREAM = 65_534;
    private static final int RESETS_AT_ONCE = 400;

    private final SctpSettings settings;
    private final DataChannelHandler handler;
    private final DropCounters drops = new DropCounters();
    private final SctpAssociation association;
    private final Map<Integer, DataChannel> channels = new HashMap<>();
    private final List<DataChannel> unborn = new ArrayList<>();
    private final List<DataChannel> inherited = new ArrayList<>();
    private final List<Integer> toReset = new ArrayList<>();
    private int nextStream;
    private int names;
    private long now;

    /** @param evenStreams the DTLS client takes even stream ids for the channels it opens (RFC 8832 section 6) */
    public DataChannels(SctpSettings settings, boolean evenStreams, RandomGenerator random, DataChannelHandler handler) {
        this.settings = settings;
        this.handler = handler;
        nextStream = evenStreams ? 0 : 1;
        association = new SctpAssociation(settings, random, drops, new Upwards());
    }

    public DropCounters drops() {
        return drops;
    }

    public boolean connected() {
        return association.state() == SctpAssociation.State.ESTABLISHED;
    }

    public long retransmissions() {
        return association.sender.retransmissions();
    }

    /** DTLS is up. */
    public void start(long time) {
        now = time;
        association.start(time);
    }

    public void receive(long time, byte[] bytes, int offset, int length) {
        now = time;
        association.receive(time, bytes, offset, length);
    }

    public void wake(long time) {
        now = time;
        association.wake(time);
    }

    public long nextWake() {
        return association.nextWake();
    }

    public void flush(long time) {
        now = time;
        if (!toReset.isEmpty() && connected()) resetStreams(time);
        association.flush(time);
    }

    /** A stream is reset when all that was sent on it has arrived or was given up. */
    private void resetStreams(long time) {
        List<Integer> ready = new ArrayList<>();
        for (int stream : toReset) {
            DataChannel channel = channels.get(stream);
            if ((channel == null || channel.bufferedBytes == 0) && ready.size() < RESETS_AT_ONCE) ready.add(stream);
        }
        if (!ready.isEmpty() && association.reset(time, ready)) toReset.removeAll(ready);
    }

    /** Opens a channel; before the association is up it is only noted down. */
    public DataChannel open(long time, String label, String protocol, boolean ordered, Reliability reliability) {
        now = time;
        DataChannel channel = new DataChannel(-1, label, protocol, ordered, reliability);
        if (association.state() == SctpAssociation.State.ENDED) channel.state = DataChannel.State.CLOSED;
        else if (connected()) born(channel);
        else unborn.add(channel);
        return channel;
    }

    /** A channel that the other side knows to be open, from an association before this one. Told as opened when this one is up. */
    public DataChannel goOn(int stream, String label, boolean ordered, Reliability reliability) {
        DataChannel channel = new DataChannel(stream, label, "", ordered, reliability);
        channels.put(stream, channel);
        names += channel.nameLength();
        inherited.add(channel);
        return channel;
    }

    private void openInherited() {
        for (DataChannel channel : inherited) {
            if (channel.state != DataChannel.State.CONNECTING) continue;
            channel.state = DataChannel.State.OPEN;
            handler.opened(channel);
        }
        inherited.clear();
    }

    private void born(DataChannel channel) {
        for (int tries = 0; channels.containsKey(nextStream); tries++) {
            if (tries > MAX_STREAM / 2) {
                drops.count(Drop.SCTP_STREAM_LIMIT);
                channel.state = DataChannel.State.CLOSED;
                return;
            }
            advanceStream();
        }
        channel.stream = nextStream;
        advanceStream();
        channels.put(channel.stream, channel);
        names += channel.nameLength();
        queue(channel, PPID_DCEP, true, openMessage(channel));
    }

    private void advanceStream() {
        nextStream = nextStream + 2 > MAX_STREAM ? nextStream & 1 : nextStream + 2;
    }

    /** Whether a message may be given to {@link #send}: the channel is open, or opened by us and not refused. */
    public boolean send(long time, DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
        now = time;
        if (channel.stream < 0 || channel.state != DataChannel.State.OPEN && channel.state != DataChannel.State.CONNECTING) {
            drops.count(Drop.NOT_CONNECTED);
            return false;
        }
        if (length > settings.maxMessageBytes()) {
            drops.count(Drop.SCTP_MESSAGE_TOO_LARGE);
            return false;
        }
        if (association.sender.queuedBytes() + length > settings.sendBufferBytes()) {
            drops.count(Drop.SEND_QUEUE_FULL);
            return false;
        }
        boolean lossy = !(channel.reliability() instanceof Reliability.Reliable);
        if (lossy && channel.bufferedBytes + length > MAX_LOSSY_BYTES) {
            drops.count(Drop.SEND_QUEUE_FULL);
            return false;
        }
        int ppid = binary ? length == 0 ? PPID_BINARY_EMPTY : PPID_BINARY : length == 0 ? PPID_STRING_EMPTY : PPID_STRING;
        byte[] message = length == 0 ? new byte[1] : Arrays.copyOfRange(bytes, offset, offset + length);
        // Until the other side has confirmed the channel, everything goes in order (RFC 8832 section 6).
        queue(channel, ppid, channel.ordered() || channel.state == DataChannel.State.CONNECTING, message);
        return true;
    }

    private void queue(DataChannel channel, int ppid, boolean ordered, byte[] message) {
        boolean control = ppid == PPID_DCEP;
        int retransmits = !control && channel.reliability() instanceof Reliability.MaxRetransmits(int times) ? times : -1;
        long expires = !control && channel.reliability() instanceof Reliability.MaxLifetime(int millis) ? now + millis * Time.MILLI : Time.NEVER;
        association.sender.queue(new OutMessage(channel.stream, ppid, ordered, message, retransmits, expires, channel));
    }

    /** Closes our direction; the channel is closed when both sides have reset their stream. */
    public void close(long time, DataChannel channel) {
        now = time;
        if (channel.state == DataChannel.State.CLOSING || channel.state == DataChannel.State.CLOSED) return;
        channel.state = DataChannel.State.CLOSING;
        if (channel.stream >= 0) toReset.add(channel.stream);
        else if (unborn.remove(channel)) remove(channel);
    }

    /** Ends everything at once and tells the other side. */
    public void abort() {
        association.abort();
        closeAll();
    }

    private void closeAll() {
        List<DataChannel> all = new ArrayList<>(channels.values());
        all.addAll(unborn);
        unborn.clear();
        toReset.clear();
        for (DataChannel channel : all) remove(channel);
    }

    private static byte[] openMessage(DataChannel channel) {
        byte[] label = channel.label().getBytes(StandardCharsets.UTF_8);
        byte[] protocol = channel.protocol().getBytes(StandardCharsets.UTF_8);
        byte[] message = new byte[12 + label.length + protocol.length];
        int unordered = channel.ordered() ? 0 : 0x80;
        message[0] = DCEP_OPEN;
        switch (channel.reliability()) {
            case Reliability.Reliable() -> message[1] = (byte) unordered;
            case Reliability.MaxRetransmits(int times) -> {
                message[1] = (byte) (unordered | 1);
                Bytes.i32(message, 4, times);
            }
            case Reliability.MaxLifetime(int millis) -> {
                message[1] = (byte) (unordered | 2);
                Bytes.i32(message, 4, millis);
            }
        }
        Bytes.u16(message, 8, label.length);
        Bytes.u16(message, 10, protocol.length);
        System.arraycopy(label, 0, message, 12, label.length);
        System.arraycopy(protocol, 0, message, 12 + label.length, protocol.length);
        return message;
    }

    private void control(int stream, byte[] b, int at, int length) {
        if (length >= 1 && b[at] == DCEP_ACK) {
            DataChannel channel = channels.get(stream);
            if (channel == null || channel.state != DataChannel.State.CONNECTING) return;
            channel.state = DataChannel.State.OPEN;
            handler.opened(channel);
            return;
        }
        DataChannel channel = length >= 12 && b[at] == DCEP_OPEN ? parseOpen(stream, b, at, length) : null;
        if (channel == null) {
            drops.count(Drop.DCEP_MALFORMED);
            return;
        }
        DataChannel known = channels.get(stream);
        if (known != null && known.state != DataChannel.State.CONNECTING) {
            drops.count(Drop.DCEP_MALFORMED); // opened twice; answering each time would fill the queue
            return;
        }
        if (known == null && (channels.size() >= MAX_CHANNELS || names + channel.nameLength() > MAX_NAMES)) {
            drops.count(Drop.SCTP_STREAM_LIMIT);
            return;
        }
        if (known == null) {
            channels.put(stream, channel);
            names += channel.nameLength();
        }
        DataChannel opened = known == null ? channel : known;
        opened.state = DataChannel.State.OPEN;
        queue(opened, PPID_DCEP, true, new byte[] {DCEP_ACK});
        if (known == null) handler.opened(opened);
    }

    private static DataChannel parseOpen(int stream, byte[] b, int at, int length) {
        int labelLength = Bytes.u16(b, at + 8);
        int protocolLength = Bytes.u16(b, at + 10);
        if (12 + labelLength + protocolLength > length) return null;
        int type = b[at + 1] & 0xff;
        int parameter = Bytes.i32(b, at + 4) & 0x7fff_ffff;
        Reliability reliability = switch (type & 0x7f) {
            case 0 -> Reliability.RELIABLE;
            case 1 -> new Reliability.MaxRetransmits(parameter);
            case 2 -> new Reliability.MaxLifetime(parameter);
            default -> null;
        };
        if (reliability == null) return null;
        String label = new String(b, at + 12, labelLength, StandardCharsets.UTF_8);
        String protocol = new String(b, at + 12 + labelLength, protocolLength, StandardCharsets.UTF_8);
        return new DataChannel(stream, label, protocol, (type & 0x80) == 0, reliability);
    }

    private void remove(DataChannel channel) {
        if (channels.remove(channel.stream, channel)) names -= channel.nameLength();
        channel.state = DataChannel.State.CLOSED;
        handler.closed(channel);
    }

    /** What the association says, turned into channels. */
    private final class Upwards implements SctpAssociation.Events {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            handler.transmit(bytes, offset, length);
        }

        @Override
        public void established(long time) {
            handler.connected();
            for (DataChannel channel : List.copyOf(unborn)) born(channel);
            unborn.clear();
            openInherited();
        }

        @Override
        public void message(int stream, int ppid, byte[] bytes, int offset, int length) {
            if (ppid == PPID_DCEP) {
                control(stream, bytes, offset, length);
                return;
            }
            DataChannel channel = channels.get(stream);
            if (channel == null) {
                drops.count(Drop.SCTP_STREAM_LIMIT);
                return;
            }
            switch (ppid) {
                case PPID_STRING -> handler.message(channel, false, bytes, offset, length);
                case PPID_BINARY -> handler.message(channel, true, bytes, offset, length);
                case PPID_STRING_EMPTY -> handler.message(channel, false, bytes, offset, 0);
                case PPID_BINARY_EMPTY -> handler.message(channel, true, bytes, offset, 0);
                default -> drops.count(Drop.DATA_MALFORMED);
            }
        }

        @Override
        public void streamsReset(long time, List<Integer> streams) {
            for (int stream : streams) {
                DataChannel channel = channels.get(stream);
                if (channel == null) continue;
                if (channel.state == DataChannel.State.CLOSING) {
                    if (!toReset.contains(stream)) remove(channel);
                } else {
                    channel.state = DataChannel.State.CLOSING;
                    toReset.add(stream);
                }
            }
        }

        @Override
        public void resetDone(long time, List<Integer> streams) {
            for (int stream : streams) {
                DataChannel channel = channels.get(stream);
                if (channel != null) remove(channel);
            }
        }

        @Override
        public void ended(String reason) {
            closeAll();
            handler.failed(reason);
        }
    }
}
