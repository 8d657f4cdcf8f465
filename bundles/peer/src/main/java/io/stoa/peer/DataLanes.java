package io.stoa.peer;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import io.stoa.media.DataLane;
import io.stoa.sctp.DataChannel;
import io.stoa.sctp.DataChannelHandler;
import io.stoa.sctp.DataChannels;
import io.stoa.sctp.Reliability;
import io.stoa.sctp.SctpSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The well-known data channels of a connection, whoever opened them (spec 4.9). */
final class DataLanes implements DataChannelHandler {
    interface Transmitter {
        void transmit(byte[] bytes, int offset, int length);
    }

    private final PeerHandler handler;
    private final Transmitter transmitter;
    private final DropCounters drops;
    private final RandomGenerator random;
    private final boolean opensOwn;
    private final Map<DataLane, DataChannel> open = new EnumMap<>(DataLane.class);
    private List<KeptLane> inherited = List.of();
    private DataChannels channels;
    private boolean ownOpened;
    private boolean ended;
    private long now;

    DataLanes(PeerHandler handler, Transmitter transmitter, DropCounters drops, RandomGenerator random, boolean opensOwn) {
        this.handler = handler;
        this.transmitter = transmitter;
        this.drops = drops;
        this.random = random;
        this.opensOwn = opensOwn;
    }

    /** Known when the first answer is made. */
    void role(boolean dtlsClient) {
        channels = new DataChannels(SctpSettings.DEFAULT, dtlsClient, random, this);
        for (KeptLane one : inherited) channels.goOn(one.stream(), one.lane().label(), one.ordered(), one.reliability());
    }

    List<KeptLane> keep() {
        List<KeptLane> kept = new ArrayList<>();
        open.forEach((lane, channel) -> {
            if (channel.isOpen()) kept.add(new KeptLane(lane, channel.stream(), channel.ordered(), channel.reliability()));
        });
        return kept;
    }

    /** The client has these open; it opens them no more, and needs not be told of them. */
    void goOn(List<KeptLane> lanes) {
        inherited = List.copyOf(lanes);
    }

    private boolean isInherited(DataLane lane) {
        return inherited.stream().anyMatch(one -> one.lane() == lane);
    }

    void start(long time) {
        now = time;
        if (opensOwn && !ownOpened) {
            ownOpened = true;
            for (DataLane lane : DataLane.values())
                if (!isInherited(lane)) channels.open(time, lane.label(), "", lane.reliable(), lane.reliable() ? Reliability.RELIABLE : new Reliability.MaxRetransmits(0));
        }
        channels.start(time);
    }

    void receive(long time, byte[] bytes, int offset, int length) {
        now = time;
        channels.receive(time, bytes, offset, length);
    }

    boolean isOpen(DataLane lane) {
        DataChannel channel = open.get(lane);
        return channel != null && channel.isOpen();
    }

    boolean send(long time, DataLane lane, byte[] message, int offset, int length) {
        now = time;
        DataChannel channel = open.get(lane);
        if (channel == null || !channel.isOpen()) {
            drops.count(Drop.NOT_CONNECTED);
            return false;
        }
        return channels.send(time, channel, true, message, offset, length);
    }

    void addDropsTo(DropCounters all) {
        if (channels != null) channels.drops().addTo(all);
    }

    void flush(long time) {
        if (channels == null || ended) return;
        now = time;
        channels.flush(time);
    }

    void wake(long time) {
        now = time;
        channels.wake(time);
    }

    long nextWake() {
        return channels == null || ended ? Time.NEVER : channels.nextWake();
    }

    void abort() {
        if (channels != null && !ended) channels.abort();
        ended = true;
    }

    @Override
    public void transmit(byte[] bytes, int offset, int length) {
        transmitter.transmit(bytes, offset, length);
    }

    @Override
    public void connected() {}

    @Override
    public void opened(DataChannel channel) {
        DataLane lane = DataLane.ofLabel(channel.label());
        if (lane == null) return; // a channel of the application's own; its messages are counted below
        open.put(lane, channel);
        handler.laneOpen(now, lane);
    }

    @Override
    public void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
        DataLane lane = DataLane.ofLabel(channel.label());
        if (lane == null) drops.count(Drop.DATA_NOT_PERMITTED);
        else handler.data(now, lane, bytes, offset, length);
    }

    @Override
    public void closed(DataChannel channel) {
        open.values().remove(channel);
    }

    @Override
    public void failed(String reason) {
        ended = true;
    }
}
