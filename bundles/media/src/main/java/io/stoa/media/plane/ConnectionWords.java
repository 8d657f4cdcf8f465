package io.stoa.media.plane;

import io.stoa.media.DataLane;
import io.stoa.peer.KeptLane;
import io.stoa.peer.KeptSection;
import io.stoa.peer.Peer;
import io.stoa.peer.SenderSpec;
import io.stoa.protocol.handover.CodecState;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.LaneState;
import io.stoa.protocol.handover.SectionState;
import io.stoa.protocol.handover.SentTrack;
import io.stoa.sctp.Reliability;
import io.stoa.sdp.Codec;
import java.util.List;
import java.util.Objects;

/** What a client knows of its connection, between a peer and what is written down of it. Empty words are none. */
final class ConnectionWords {
    private ConnectionWords() {}

    /** @param before what it was begun with */
    static ConnectionState of(Peer peer, ConnectionState before) {
        ConnectionState.Builder state = ConnectionState.newBuilder().setPeersBefore(before.getPeersBefore() + 1);
        for (KeptSection section : peer.keptSections()) state.addSections(write(section));
        for (KeptLane lane : peer.keptLanes()) state.addLanes(write(lane));
        return state.build();
    }

    static void begin(Peer peer, ConnectionState from) {
        if (from.getPeersBefore() == 0) return;
        peer.goOn(
                from.getSectionsList().stream().map(ConnectionWords::read).toList(),
                from.getLanesList().stream().map(ConnectionWords::read).filter(Objects::nonNull).toList(),
                from.getPeersBefore());
    }

    private static SectionState write(KeptSection section) {
        SectionState.Builder state = SectionState.newBuilder().setKind(section.kind()).setMid(section.mid()).setPublishedRank(section.publishedRank());
        if (section.published() != null) state.setPublished(section.published());
        if (section.carried() != null) state.setCarried(section.carried());
        if (section.sent() != null) state.setSent(write(section.sent(), section.rank()));
        return state.build();
    }

    private static SentTrack write(SenderSpec spec, int rank) {
        return SentTrack.newBuilder()
                .setTrackSid(spec.trackSid())
                .setStreamId(spec.streamId())
                .addAllCodecs(spec.codecs().stream().map(ConnectionWords::write).toList())
                .setRank(rank)
                .setDependencyDescriptorId(spec.dependencyDescriptorId())
                .setCaptureTimeId(spec.captureTimeId())
                .setRed(spec.red())
                .setBursty(spec.bursty())
                .build();
    }

    private static CodecState write(Codec codec) {
        return CodecState.newBuilder()
                .setPayloadType(codec.payloadType())
                .setName(codec.name())
                .setClockRate(codec.clockRate())
                .setChannels(codec.channels())
                .setFmtp(codec.fmtp())
                .addAllFeedback(codec.feedback())
                .build();
    }

    private static LaneState write(KeptLane lane) {
        LaneState.Builder state = LaneState.newBuilder().setLabel(lane.lane().label()).setStream(lane.stream()).setOrdered(lane.ordered());
        switch (lane.reliability()) {
            case Reliability.Reliable() -> {}
            case Reliability.MaxRetransmits(int times) -> state.setMaxRetransmits(times);
            case Reliability.MaxLifetime(int millis) -> state.setMaxLifetimeMillis(millis);
        }
        return state.build();
    }

    private static KeptSection read(SectionState state) {
        SentTrack sent = state.getSent();
        SenderSpec spec = !state.hasSent()
                ? null
                : new SenderSpec(
                        sent.getTrackSid(), sent.getStreamId(), state.getKind().equals("video"), sent.getCodecsList().stream().map(ConnectionWords::read).toList(),
                        sent.getDependencyDescriptorId(), sent.getCaptureTimeId(), sent.getRed(), sent.getBursty());
        return new KeptSection(state.getKind(), state.getMid(), some(state.getPublished()), state.getPublishedRank(), some(state.getCarried()), spec, sent.getRank());
    }

    private static String some(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Codec read(CodecState state) {
        return new Codec(
                state.getPayloadType(), state.getName(), state.getClockRate(), state.getChannels(), state.getFmtp(), List.copyOf(state.getFeedbackList()));
    }

    /** @return null for a channel that is not ours */
    private static KeptLane read(LaneState state) {
        DataLane lane = DataLane.ofLabel(state.getLabel());
        Reliability reliability = state.hasMaxRetransmits()
                ? new Reliability.MaxRetransmits(state.getMaxRetransmits())
                : state.hasMaxLifetimeMillis() ? new Reliability.MaxLifetime(state.getMaxLifetimeMillis()) : Reliability.RELIABLE;
        return lane == null ? null : new KeptLane(lane, state.getStream(), state.getOrdered(), reliability);
    }
}
