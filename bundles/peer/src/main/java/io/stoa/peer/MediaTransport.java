package io.stoa.peer;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import io.stoa.bwe.SendSideEstimator;
import io.stoa.bwe.TransportFeedback;
import io.stoa.rtp.Extension;
import io.stoa.rtp.RtcpView;
import io.stoa.rtp.RtcpWriter;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.Codec;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** RTP and RTCP of a connection: whose packet is it, what is missing, what must be reported. */
final class MediaTransport {
    private static final long REPORT_INTERVAL = Time.SECOND;
    private static final long SENDER_REPORT_INTERVAL = 3 * Time.SECOND;
    private static final long FIRST_SENDER_REPORT = 200 * Time.MILLI;
    private static final int MAX_NACKS = 100;

    private final Peer peer;
    private final PeerHandler handler;
    private final DropCounters drops;
    private final int ownSsrc;
    private final RtpView view = new RtpView();
    private final RtcpView reports = new RtcpView();
    private final RtcpWriter out = new RtcpWriter();
    private final TransportFeedback feedback = new TransportFeedback();
    private final StreamTable<ReceiveStream> streams = new StreamTable<>();
    /** RTX SSRC to the stream it repairs. */
    private final StreamTable<ReceiveStream> repairs = new StreamTable<>();
    private final StreamTable<Sender> senders = new StreamTable<>();
    private final List<ReceiveStream> receiving = new ArrayList<>();
    private final List<Sender> sending = new ArrayList<>();
    private final Map<String, Receiver> byMid = new HashMap<>();
    /** By announced RTX SSRC (FID groups). A section's last description counts, and its first groups, one per layer. */
    private final Map<Integer, Repair> announcedRepairs = new HashMap<>();
    private final int[] nacks = new int[MAX_NACKS];
    private final FeedbackCounts feedbackCounts = new FeedbackCounts();
    private int midId;
    private int ridId;
    private int repairedRidId;
    private int transportId;
    private int lastMediaSsrc;
    private long reportAt = Time.NEVER;
    private long senderReportAt = Time.NEVER;
    private long nackAt = Time.NEVER;
    private long roundTrip;
    private double loss;
    private SendSideEstimator estimator;

    private record Repair(Receiver receiver, int mediaSsrc) {}

    MediaTransport(Peer peer, PeerHandler handler, int ownSsrc, DropCounters drops) {
        this.peer = peer;
        this.handler = handler;
        this.ownSsrc = ownSsrc;
        this.drops = drops;
    }

    long roundTripNanos() {
        return roundTrip;
    }

    double lossFraction() {
        return loss;
    }

    int newSsrc(RandomGenerator random) {
        int ssrc;
        do ssrc = random.nextInt();
        while (ssrc == 0 || senders.get(ssrc) != null);
        return ssrc;
    }

    // -- what negotiation found

    void announced(Receiver receiver, MediaDescription offered) {
        byMid.put(receiver.mid(), receiver);
        midId = id(offered, Extension.MID, midId);
        ridId = id(offered, Extension.RID, ridId);
        repairedRidId = id(offered, Extension.REPAIRED_RID, repairedRidId);
        if (receiver.video()) transportId = id(offered, Extension.TRANSPORT_CC, transportId);
        forgetRepairs(receiver);
        if (!offered.rids.isEmpty()) return;
        int repairs = 0;
        for (SsrcGroup group : offered.ssrcGroups)
            if (group.semantics().equals("FID") && group.ssrcs().size() == 2 && repairs++ < Receiver.LAYERS)
                announcedRepairs.put(group.ssrcs().get(1).intValue(), new Repair(receiver, group.ssrcs().get(0).intValue()));
        List<Integer> media = new ArrayList<>();
        for (long ssrc : offered.ssrcs.keySet()) if (!announcedRepairs.containsKey((int) ssrc)) media.add((int) ssrc);
        for (int i = 0; i < media.size() && i < 3; i++) if (streams.get(media.get(i)) == null) begin(receiver, media.get(i), i);
    }

    private void forgetRepairs(Receiver receiver) {
        announcedRepairs.values().removeIf(repair -> repair.receiver == receiver);
    }

    /** How many retransmission SSRCs are known from descriptions. */
    int announcedRepairs() {
        return announcedRepairs.size();
    }

    private static int id(MediaDescription offered, Extension extension, int before) {
        int id = offered.extensionId(extension.uri);
        return id == 0 ? before : id;
    }

    private ReceiveStream begin(Receiver receiver, int ssrc, int layer) {
        ReceiveStream old = receiver.stream(layer);
        if (old != null) forget(old);
        ReceiveStream stream = receiver.begin(layer, ssrc);
        if (!streams.put(ssrc, stream)) {
            drops.count(Drop.RTP_SSRC_LIMIT);
            return null;
        }
        receiving.add(stream);
        return stream;
    }

    private void forget(ReceiveStream stream) {
        streams.remove(stream.ssrc());
        if (stream.rtxSsrc != 0) repairs.remove(stream.rtxSsrc);
        receiving.remove(stream);
    }

    void remove(Receiver receiver) {
        for (ReceiveStream stream : receiver.streams()) forget(stream);
        forgetRepairs(receiver);
        byMid.remove(receiver.mid(), receiver);
    }

    void add(long now, Sender sender) {
        if (senderReportAt == Time.NEVER) senderReportAt = now + FIRST_SENDER_REPORT;
        senders.put(sender.ssrc(), sender);
        senders.put(sender.rtxSsrc(), sender);
        if (!sending.contains(sender)) sending.add(sender);
        if (sender.counted()) estimating();
    }

    void remove(Sender sender) {
        senders.remove(sender.ssrc());
        senders.remove(sender.rtxSsrc());
        sending.remove(sender);
    }

    // -- RTP in

    void rtp(long now, byte[] bytes, int offset, int length) {
        Drop fault = view.set(bytes, offset, length);
        if (fault != null) {
            drops.count(fault);
            return;
        }
        if (transportId != 0) {
            int at = view.extensionOffset(transportId);
            if (at >= 0 && view.extensionLength() >= 2) feedback.received(now, (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff);
        }
        ReceiveStream stream = streams.get(view.ssrc());
        if (stream == null) stream = undoRepair(now);
        if (stream != null) deliver(now, stream);
    }

    /** Not a known media SSRC: a retransmission, or the first packet of something new. */
    private ReceiveStream undoRepair(long now) {
        ReceiveStream repaired = repairs.get(view.ssrc());
        if (repaired == null) {
            ReceiveStream found = find(now);
            if (found == null || found.rtxSsrc != view.ssrc()) return found;
            repaired = found;
        }
        Codec original = repaired.receiver().codec();
        Drop fault = original == null ? Drop.RTX_UNMATCHED : view.unwrapRtx(repaired.ssrc(), original.payloadType());
        if (fault == null) return repaired;
        drops.count(fault);
        return null;
    }

    /** Who is it? By rid, by repaired rid, by a group of the description, by mid. */
    private ReceiveStream find(long now) {
        int ssrc = view.ssrc();
        Repair repair = announcedRepairs.get(ssrc);
        if (repair != null) return repairs(streams.get(repair.mediaSsrc), ssrc);
        String mid = view.extensionText(midId);
        Receiver receiver = mid == null ? null : byMid.get(mid);
        if (receiver == null) {
            drops.count(Drop.RTP_UNKNOWN_SSRC);
            return null;
        }
        String repairedRid = view.extensionText(repairedRidId);
        String rid = view.extensionText(ridId);
        int layer = repairedRid != null ? receiver.layerOf(repairedRid) : rid != null ? receiver.layerOf(rid) : 0;
        if (layer >= Receiver.LAYERS) {
            drops.count(Drop.RTP_SSRC_LIMIT);
            return null;
        }
        if (repairedRid != null) return repairs(receiver.stream(layer), ssrc);
        Codec codec = receiver.codecOf(view.payloadType());
        if (codec == null) {
            drops.count(Drop.RTP_UNKNOWN_PAYLOAD_TYPE);
            return null;
        }
        if (codec.isRtx()) return repairs(receiver.stream(0), ssrc);
        ReceiveStream begun = begin(receiver, ssrc, layer);
        if (begun != null) handler.receiverChanged(now, receiver);
        return begun;
    }

    private ReceiveStream repairs(ReceiveStream stream, int rtxSsrc) {
        if (stream == null) {
            drops.count(Drop.RTX_UNMATCHED);
            return null;
        }
        if (stream.rtxSsrc != 0) repairs.remove(stream.rtxSsrc);
        stream.rtxSsrc = rtxSsrc;
        repairs.put(rtxSsrc, stream);
        return stream;
    }

    private void deliver(long now, ReceiveStream stream) {
        Receiver receiver = stream.receiver();
        if (!receiver.carries(view.payloadType())) {
            Codec actual = receiver.codecOf(view.payloadType());
            if (actual == null || actual.isRtx()) {
                drops.count(Drop.RTP_UNKNOWN_PAYLOAD_TYPE);
                return;
            }
            receiver.sends(actual);
            handler.receiverChanged(now, receiver);
        }
        if (reportAt == Time.NEVER) reportAt = Time.onBeat(now + REPORT_INTERVAL);
        long index = stream.extender.extend(view.seq());
        if (!stream.firstSight(index)) {
            drops.count(Drop.RTP_DUPLICATE);
            return;
        }
        lastMediaSsrc = stream.ssrc();
        stream.index = index;
        stream.statistics.packet(now, index, view.timestamp(), view.length());
        if (receiver.video()) {
            stream.nacks.received(now, index);
            if (stream.nacks.size() > 0) nackAt = Time.earlier(nackAt, stream.nacks.nextWake());
        }
        handler.rtp(now, stream, view);
    }

    // -- RTCP in

    void rtcp(long now, byte[] bytes, int offset, int length) {
        Drop fault = reports.set(bytes, offset, length);
        if (fault != null) {
            drops.count(fault);
            return;
        }
        while (reports.next()) {
            switch (reports.type()) {
                case RtcpView.SENDER_REPORT -> {
                    senderReport(now);
                    blocks(now);
                }
                case RtcpView.RECEIVER_REPORT -> blocks(now);
                case RtcpView.RTP_FEEDBACK -> {
                    if (reports.count() == RtcpView.FMT_NACK) nack(now);
                    else if (reports.count() == RtcpView.FMT_TRANSPORT_CC) arrivals(now, bytes);
                }
                case RtcpView.PAYLOAD_FEEDBACK -> payloadFeedback(now);
                case RtcpView.SDES, RtcpView.BYE, RtcpView.XR -> {} // names and endings come by signalling
                default -> drops.count(Drop.RTCP_UNKNOWN_TYPE);
            }
        }
    }

    private void senderReport(long now) {
        ReceiveStream stream = reports.hasSenderInfo() ? streams.get(reports.senderSsrc()) : null;
        if (stream == null) return;
        stream.statistics.senderReport(now, reports.ntp());
        handler.senderReport(now, stream, reports.ntp(), reports.rtpTimestamp());
    }

    private void blocks(long now) {
        for (int i = 0; i < reports.blocks(); i++) {
            Sender sender = senders.get(reports.blockSsrc(i));
            if (sender == null) continue;
            sender.known();
            long measured = sender.roundTrip(now, reports.blockLastSr(i), reports.blockDelaySinceLastSr(i));
            if (measured > 0) roundTrip = roundTrip == 0 ? measured : (roundTrip * 7 + measured) / 8;
            if (estimator != null) estimator.roundTrip(peer.roundTripNanos());
            if (sender.ssrc() != reports.blockSsrc(i)) continue; // of its retransmissions
            sender.reported(now, reports.blockHighest(i), reports.blockJitter(i));
            handler.receiverReport(now, sender, reports.blockFractionLost(i), peer.roundTripNanos());
        }
    }

    private void nack(long now) {
        Sender sender = reports.hasMediaSsrc() ? senders.get(reports.mediaSsrc()) : null;
        if (sender == null) {
            drops.count(Drop.RTCP_UNKNOWN_SSRC);
            return;
        }
        sender.known();
        for (int i = 0; i < reports.nackPairs(); i++) {
            int id = reports.nackPacketId(i);
            int mask = reports.nackMask(i);
            sender.missed(1 + Integer.bitCount(mask));
            feedbackCounts.nackIn(1 + Integer.bitCount(mask));
            handler.nack(now, sender, id);
            for (int bit = 0; bit < 16; bit++) if ((mask >> bit & 1) != 0) handler.nack(now, sender, id + 1 + bit & 0xffff);
        }
    }

    private void payloadFeedback(long now) {
        switch (reports.count()) {
            case RtcpView.FMT_PLI -> {
                feedbackCounts.pliIn();
                keyFrameLost(now, reports.hasMediaSsrc() ? senders.get(reports.mediaSsrc()) : null);
            }
            case RtcpView.FMT_FIR -> {
                feedbackCounts.firIn();
                for (int i = 0; i < reports.firEntries(); i++) keyFrameLost(now, senders.get(reports.firSsrc(i)));
            }
            case RtcpView.FMT_AFB -> {
                if (reports.isRemb() && !sending.isEmpty()) estimating().remb(now, reports.rembBps());
            }
            default -> drops.count(Drop.RTCP_UNKNOWN_TYPE);
        }
    }

    /** What the client says of the packets that carry a transport-wide number. */
    private void arrivals(long now, byte[] bytes) {
        Drop fault = estimator == null ? Drop.TRANSPORT_FEEDBACK_UNKNOWN : estimator.feedback(now, bytes, reports.offset(), reports.size());
        if (fault != null) drops.count(fault);
    }

    private SendSideEstimator estimating() {
        if (estimator == null) estimator = new SendSideEstimator();
        return estimator;
    }

    /** @return null as long as the client has not agreed to report arrivals, and has sent no estimate of its own */
    SendSideEstimator estimator() {
        return estimator;
    }

    private void keyFrameLost(long now, Sender sender) {
        if (sender == null) {
            drops.count(Drop.RTCP_UNKNOWN_SSRC);
            return;
        }
        sender.known();
        handler.keyFrameLost(now, sender);
    }

    // -- RTCP out

    FeedbackCounts feedbackCounts() {
        return feedbackCounts;
    }

    void pli(int ssrc) {
        feedbackCounts.pliOut();
        out.pli(ownSsrc, ssrc);
        if (out.isFull()) transmit();
    }

    void flush(long now) {
        if (Time.due(feedback.nextWake(), now)) transportFeedback(now);
        if (out.length() > 0) transmit();
    }

    void wake(long now) {
        if (Time.due(reportAt, now)) receiverReports(now);
        if (Time.due(senderReportAt, now)) senderReports(now);
        if (Time.due(nackAt, now)) nacks(now);
        flush(now);
    }

    long nextWake() {
        long next = Time.earlier(Time.earlier(reportAt, feedback.nextWake()), nackAt);
        return Time.earlier(next, senderReportAt);
    }

    private void receiverReports(long now) {
        reportAt = receiving.isEmpty() ? Time.NEVER : Time.onBeat(now + REPORT_INTERVAL);
        long lostBefore = lost;
        long packetsBefore = packets;
        lost = packets = 0;
        for (int i = 0; i < receiving.size(); i++) {
            ReceiveStream stream = receiving.get(i);
            if (stream.statistics.packets() == 0) continue;
            out.receiverReport(ownSsrc, stream.ssrc(), stream.statistics, stream.receiver().downstreamLoss(), now);
            lost += stream.statistics.lost();
            packets += stream.statistics.packets();
            stream.nacks.roundTrip(peer.roundTripNanos());
            if (out.isFull()) transmit();
        }
        long expected = lost - lostBefore + packets - packetsBefore;
        loss = expected <= 0 ? 0 : Math.clamp((double) (lost - lostBefore) / expected, 0, 1);
    }

    private long lost;
    private long packets;

    private void senderReports(long now) {
        boolean all = true;
        for (int i = 0; i < sending.size(); i++) {
            Sender sender = sending.get(i);
            if (sender.canReport()) sender.report(now, out);
            else all = false;
            if (out.isFull()) transmit();
        }
        // A new track waits for its first report to be synchronised, so do not let it wait the whole interval.
        senderReportAt = sending.isEmpty() ? Time.NEVER : Time.onBeat(now + (all ? SENDER_REPORT_INTERVAL : REPORT_INTERVAL));
    }

    private void nacks(long now) {
        nackAt = Time.NEVER;
        for (int i = 0; i < receiving.size(); i++) {
            ReceiveStream stream = receiving.get(i);
            if (stream.nacks.size() == 0) continue;
            int count = stream.nacks.take(now, nacks);
            if (count > 0) out.nack(ownSsrc, stream.ssrc(), nacks, count);
            feedbackCounts.nackOut(count);
            long givenUp = stream.nacks.takeGivenUp();
            if (givenUp >= 0) handler.gaveUp(now, stream, givenUp);
            nackAt = Time.earlier(nackAt, stream.nacks.nextWake());
            if (out.isFull()) transmit();
        }
    }

    private void transportFeedback(long now) {
        for (int rounds = 0; rounds < 8 && Time.due(feedback.nextWake(), now); rounds++) {
            int length = feedback.write(now, ownSsrc, lastMediaSsrc);
            if (length == 0) return;
            if (out.length() + length > RtcpWriter.LIMIT) transmit();
            out.append(feedback.bytes(), 0, length);
        }
    }

    private void transmit() {
        if (out.length() > 0 && peer.canSendMedia()) {
            int length = peer.outbound().protectRtcp(out.bytes(), 0, out.length());
            if (length > 0) peer.transmit(out.bytes(), 0, length);
        }
        out.clear();
    }
}
