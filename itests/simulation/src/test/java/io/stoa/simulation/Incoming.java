package io.stoa.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import io.stoa.rtp.ReceiveStatistics;
import io.stoa.rtp.RedView;
import io.stoa.rtp.RtcpWriter;
import io.stoa.rtp.RtpView;
import io.stoa.rtp.Vp8Descriptor;
import io.stoa.sdp.Codec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A track as its receiver sees it: asks for what is missing, puts frames together, decodes them as far as references allow, and notes
 * every break in numbers, pictures and time.
 */
final class Incoming {
    private static final int OWN_SSRC = 1;
    private static final Set<String> AUDIO = Set.of("opus", "pcmu", "pcma");
    private static final long GRACE = 10 * Time.MILLI;
    /** The first packets may have been overtaken. */
    private static final long FIRST_WAIT = 100 * Time.MILLI;
    /** How long the packets of a layer are on the way, at most, when it is left. */
    private static final long LAYER_CHANGE = 50 * Time.MILLI;
    private static final int MAX_TRIES = 12;
    /** As long as libwebrtc's receivers show nothing until they ask for a key frame. */
    private static final long PATIENCE = 3 * Time.SECOND;
    private static final long KEY_FRAME_SPACING = 300 * Time.MILLI;
    private static final long NOTICED = Time.SECOND / 30 + 150 * Time.MILLI;

    private static final Set<String> BLANKS = Set.of(
            "f8fffe", "ff".repeat(160), "d5".repeat(160), "1002009d012a100010000047088585888584880202000c0d6000feffab5080",
            "6742c00adde840000003004000000f23c489e0", "68ce0f2c80", "65888404bc98a00038a380");

    private final Client client;
    final String trackSid;
    final int ssrc;
    private final int rtxSsrc;
    private final String codec;
    private final int payloadType;
    private final int redType;
    /** Of video, by payload type, also of what is repeated: the section may have several, and the stream change from one to another. */
    private final Map<Integer, String> codecs = new HashMap<>();
    private final RedView red = new RedView();
    private final ReceiveStatistics statistics;
    /** How long a missing packet is waited for. */
    private long giveUp;
    private final TreeMap<Long, Packet> pending = new TreeMap<>();
    private final TreeMap<Long, Missing> missing = new TreeMap<>();
    /** What each number carried, to see that a repetition is the same packet. */
    private final Map<Long, String> contents = new HashMap<>();
    private long highest = -1;
    private long next = -1;
    private long begunAt;
    private int newestLayer = -1;
    /** From which number on there was another layer, and when that was first seen. */
    private final TreeMap<Long, Long> layerChanges = new TreeMap<>();

    /** Of whole frames that could be decoded, in order. */
    final List<Frame> frames = new ArrayList<>();
    /** Silence and black pictures that the server has made. */
    final List<Frame> blanks = new ArrayList<>();
    /** What they end with. */
    byte[] trailer = {};
    /** Everything that a receiver should never see. */
    final List<String> breaks = new ArrayList<>();
    /** Numbers that never came. */
    final List<Long> lost = new ArrayList<>();
    /** Not among them: those of a layer that was left while its packets were on the way; nothing after the change needs them. */
    int left;
    final List<SenderReport> senderReports = new ArrayList<>();
    /** Of packets as they came, without those that were repeated by RTX; in bytes, padding included. */
    final Set<Integer> lengths = new TreeSet<>();
    /** The MIDs that packets carried, and how many did. */
    final Set<String> mids = new TreeSet<>();
    int named;
    /** When packets say that they were captured, by their RTP timestamp. */
    final Map<Integer, Long> captured = new HashMap<>();
    /** By how much packets ask for delay, in order. */
    final List<Delay> delays = new ArrayList<>();
    int packets;
    int empty;
    int duplicates;
    int repaired;
    int nacksSent;
    int undecodable;
    int keyFramesAsked;
    /** False: the receiver sends no NACK, as if it knew none. */
    boolean repairs = true;
    /** False: its receiver sends no report about it. */
    boolean reports = true;
    /** True: lost packets of audio are asked for, too. */
    boolean repairsAudio;
    /** True: every tenth packet is asked for again although it came. */
    boolean doubts;
    /** Of numbers that had been received. */
    int repetitions;
    int redPackets;
    /** Frames of audio that were heard, in packets of their own or as the redundancy of others. */
    final Set<Integer> heard = new TreeSet<>();
    private final Map<Integer, Integer> timestamps = new HashMap<>();
    /** False: it does not ask for key frames. */
    boolean asks = true;
    /** How often a packet is asked for, and how long it takes at least until it is again. */
    private int tries = MAX_TRIES;
    private long askAgain = 20 * Time.MILLI;
    /** True: it waits for what is missing until a key frame comes, for which it asks when it has shown nothing for {@link #PATIENCE}. */
    private boolean patient;
    /** How often such a key frame has made it forget what was missing. */
    private int skipped;
    private long hopesUntil = Time.NEVER;
    private long askedAt = Long.MIN_VALUE;

    private record Packet(int timestamp, boolean marker, byte[] payload, long arrivedAt, String codec) {}

    private static final class Missing {
        final long since;
        long askAt;
        int tries;

        Missing(long now) {
            since = now;
            askAt = now + GRACE;
        }
    }

    /** In milliseconds. */
    record Delay(long at, int seq, int shortest, int longest) {}

    record SenderReport(long at, long ntp, int timestamp) {}

    /** @param timestamp RTP, 32 bit */
    record Frame(long at, int layer, int epoch, int number, boolean key, int timestamp, int pictureId, int tl0, int temporal, String codec) {}

    /** @param redType payload type of the codec in RED, -1 if it was not negotiated */
    Incoming(Client client, String trackSid, String codec, int payloadType, int redType, int ssrc, int rtxSsrc) {
        this.client = client;
        this.trackSid = trackSid;
        this.codec = codec;
        this.payloadType = payloadType;
        this.redType = redType;
        this.ssrc = ssrc;
        this.rtxSsrc = rtxSsrc;
        giveUp = video() ? 2 * Time.SECOND : 150 * Time.MILLI;
        statistics = new ReceiveStatistics(video() ? 90_000 : codec.equalsIgnoreCase("opus") ? 48_000 : 8_000);
    }

    /**
     * As Chromium receives where it sends nothing, so knows no round trip: a packet is asked for ten times, every 100 ms; without it, it
     * waits for a key frame.
     */
    void asChromium() {
        tries = 10;
        askAgain = 100 * Time.MILLI;
        giveUp = 3_600 * Time.SECOND;
        patient = true;
    }

    /** What the section can carry. */
    void negotiated(List<Codec> section) {
        for (Codec one : section) if (!one.isRtx()) codecs.put(one.payloadType(), one.name().toLowerCase(Locale.ROOT));
        for (Codec one : section) if (one.isRtx() && codecs.containsKey(one.apt())) codecs.put(one.payloadType(), codecs.get(one.apt()));
    }

    boolean video() {
        return !AUDIO.contains(codec.toLowerCase(Locale.ROOT));
    }

    // -- packets

    void packet(long now, RtpView view) {
        packets++;
        String mid = view.extensionText(ClientSections.MID);
        if (mid != null) {
            mids.add(mid);
            named++;
        }
        extensions(now, view);
        boolean repair = view.ssrc() == rtxSsrc;
        int at = view.payloadOffset() + (repair ? 2 : 0);
        int length = view.payloadLength() - (repair ? 2 : 0);
        if (length < 0) return;
        int seq = repair ? Bytes.u16(view.bytes(), at - 2) : view.seq();
        long index = highest < 0 ? 65_536L + seq : highest + (short) (seq - (int) highest);
        byte[] payload = new byte[length];
        System.arraycopy(view.bytes(), at, payload, 0, length);
        String content = length == 0 ? "" : view.timestamp() + " " + view.payloadType() + " " + view.marker() + " " + view.length() + " " + java.util.Arrays.hashCode(payload);
        if (rtxSsrc != 0 && length > 0) content = view.timestamp() + " " + java.util.Arrays.hashCode(payload);
        String before = contents.putIfAbsent(index, content);
        contents.remove(index - 4_000);
        if (before != null) {
            duplicates++;
            if (!before.equals(content)) breaks.add("number " + seq + " was used for two packets");
            return;
        }
        if (!repair) lengths.add(view.length());
        if (repair) repaired++;
        else statistics.packet(now, index, view.timestamp(), view.length());
        if (!video() && length > 0) payload = audio(view, payload);
        if (doubts && index % 10 == 0) ask(new int[] {seq}, 1);
        if (next < 0) begunAt = now;
        if (next < 0) next = index;
        if (index < next && now - begunAt < FIRST_WAIT) {
            for (long gap = index + 1; gap < next; gap++) missing.put(gap, new Missing(now));
            next = index;
        }
        if (index < next) return; // given up, or from before the first
        if (highest >= 0 && index - highest > 1_000) {
            breaks.add("the numbers jump from " + (highest & 0xffff) + " to " + seq);
            missing.clear();
            pending.clear();
            highest = index - 1;
            next = index;
        }
        for (long gap = highest + 1; highest >= 0 && gap < index; gap++) missing.put(gap, new Missing(now));
        missing.remove(index);
        highest = Math.max(highest, index);
        String sent = video() ? codecs.get(view.payloadType()) : codec;
        if (sent == null) breaks.add("payload type " + view.payloadType());
        else pending.put(index, new Packet(view.timestamp(), view.marker(), payload, now, sent));
        if (video() && index == highest && length > 0 && sent != null) noteLayer(now, index);
        drain(now);
    }

    private void extensions(long now, RtpView view) {
        int at = view.extensionOffset(ClientSections.CAPTURE_TIME);
        if (at >= 0 && view.extensionLength() != 8) breaks.add("a time of capture of " + view.extensionLength() + " bytes");
        if (at >= 0) {
            Long before = captured.put(view.timestamp(), Bytes.i64(view.bytes(), at));
            if (before != null && before != Bytes.i64(view.bytes(), at)) breaks.add("two times of capture of " + view.timestamp());
        }
        at = view.extensionOffset(ClientSections.PLAYOUT_DELAY);
        if (at < 0) return;
        int word = Bytes.u24(view.bytes(), at);
        if (view.extensionLength() != 3) breaks.add("a delay of " + view.extensionLength() + " bytes");
        delays.add(new Delay(now, view.seq(), (word >> 12) * 10, (word & 0xfff) * 10));
    }

    /** What is to be played of a packet: the primary, of RED; its redundancy is looked at only. */
    private byte[] audio(RtpView view, byte[] payload) {
        if (view.payloadType() != redType) {
            if (view.payloadType() != payloadType) breaks.add("payload type " + view.payloadType());
            hear(view.timestamp(), payload);
            return payload;
        }
        redPackets++;
        if (red.set(payload, 0, payload.length) != null || !red.carriesOnly(payloadType)) {
            breaks.add("what should be RED is not, or of other payload types");
            return payload;
        }
        for (int back = red.redundant(); back >= 0; back--) hear(view.timestamp() - red.timestampOffset(back), block(payload, back));
        return block(payload, 0);
    }

    private byte[] block(byte[] payload, int back) {
        return java.util.Arrays.copyOfRange(payload, red.offset(back), red.offset(back) + red.length(back));
    }

    private void hear(int timestamp, byte[] payload) {
        if (isBlank(payload, 0)) return;
        Body body = Body.read(payload, 1, payload.length - 1);
        if (body == null) {
            breaks.add("a block was changed");
            return;
        }
        if (body.epoch() == 0) heard.add(body.frame());
        Integer before = timestamps.put(body.epoch() << 24 | body.frame(), timestamp);
        if (before != null && before != timestamp) breaks.add("frame " + body.frame() + " of two times");
    }

    private void ask(int[] seqs, int count) {
        nacksSent += count;
        client.rtcp().nack(OWN_SSRC, ssrc, seqs, count);
        client.transmitRtcp();
    }

    private void noteLayer(long now, long index) {
        Body body = body(pending.get(index));
        if (body == null || body.layer() == newestLayer) return;
        newestLayer = body.layer();
        layerChanges.put(index, now);
    }

    private boolean wasLeft(long index, Missing gap) {
        Map.Entry<Long, Long> change = layerChanges.higherEntry(index);
        return change != null && Math.abs(gap.since - change.getValue()) <= LAYER_CHANGE;
    }

    private void drain(long now) {
        if (now - begunAt < FIRST_WAIT) return;
        for (Packet packet; (packet = pending.remove(next)) != null; next++) inOrder(now, packet);
        if (patient && !pending.isEmpty()) skip(now);
    }

    /** A whole key frame needs nothing of what is missing before it. */
    private void skip(long now) {
        for (Map.Entry<Long, Packet> entry : pending.entrySet()) {
            long index = entry.getKey();
            Body first = body(entry.getValue());
            if (first == null || !first.key() || first.part() > 0 || pending.headMap(index + first.parts()).tailMap(index).size() < first.parts()) continue;
            skipped++;
            pending.headMap(index).clear();
            missing.headMap(index).clear();
            next = index;
            drain(now);
            return;
        }
    }

    private static Body body(Packet packet) {
        int prefix = prefix(packet, packet.codec.equals("vp8") ? Vp8Descriptor.parse(packet.payload, 0, packet.payload.length) : 0);
        return Body.read(packet.payload, prefix, packet.payload.length - prefix);
    }

    private static int prefix(Packet packet, long vp8) {
        return switch (packet.codec) {
            case "vp8" -> Vp8Descriptor.length(vp8);
            case "vp9" -> isScalable(packet.payload) ? (packet.payload[0] & 0x02) != 0 ? 6 : 5 : 3;
            case "h265" -> 2;
            default -> 1;
        };
    }

    void wake(long now) {
        int[] asked = new int[200];
        int count = 0;
        for (Iterator<Map.Entry<Long, Missing>> it = missing.entrySet().iterator(); it.hasNext(); ) {
            Map.Entry<Long, Missing> entry = it.next();
            Missing gap = entry.getValue();
            if (now - gap.since >= giveUp) {
                if (wasLeft(entry.getKey(), gap)) left++;
                else lost.add(entry.getKey());
                it.remove();
                continue;
            }
            if (!Time.due(gap.askAt, now) || !video() && !repairsAudio) continue;
            boolean again = repairs && gap.tries++ < tries && count < asked.length;
            gap.askAt = again ? now + Math.max(askAgain, client.roundTrip() + 5 * Time.MILLI) : gap.since + giveUp;
            if (again) asked[count++] = (int) (entry.getKey() & 0xffff);
        }
        if (count > 0) ask(asked, count);
        if (Time.due(hopesUntil, now)) {
            hopesUntil = now + KEY_FRAME_SPACING;
            askForKeyFrame(now);
        }
        while (!pending.isEmpty() && !missing.containsKey(next) && !pending.containsKey(next)) {
            next++;
            drain(now);
        }
    }

    long nextWake() {
        long wake = patient ? hopesUntil : Time.NEVER;
        for (Missing gap : missing.values()) {
            wake = Time.earlier(wake, gap.since + giveUp);
            if (video() || repairsAudio) wake = Time.earlier(wake, gap.askAt);
        }
        return wake;
    }

    // -- frames

    private Body begun;
    private int begunTimestamp;
    private long begunDescriptor;
    private int expectedPart;

    private void inOrder(long now, Packet packet) {
        if (packet.payload.length == 0) {
            empty++;
            return;
        }
        long descriptor = packet.codec.equals("vp8") ? Vp8Descriptor.parse(packet.payload, 0, packet.payload.length) : 0;
        int prefix = prefix(packet, descriptor);
        if (isBlank(packet.payload, packet.codec.equals("vp8") ? prefix : 0)) {
            blank(now, packet, descriptor);
            return;
        }
        Body body = Body.read(packet.payload, prefix, packet.payload.length - prefix);
        if (body == null) {
            breaks.add("a payload was changed");
            return;
        }
        if (body.part() == 0) {
            begun = body;
            begunTimestamp = packet.timestamp;
            begunDescriptor = descriptor;
            expectedPart = 0;
        }
        boolean continues = begun != null && body.frame() == begun.frame() && body.layer() == begun.layer() && body.epoch() == begun.epoch()
                && body.part() == expectedPart++;
        if (!continues) {
            begun = null; // the rest of a frame whose beginning was lost
            return;
        }
        if (packet.timestamp != begunTimestamp) breaks.add("frame " + body.frame() + " has two timestamps");
        if (Vp8Descriptor.pictureId(descriptor) != Vp8Descriptor.pictureId(begunDescriptor)) breaks.add("frame " + body.frame() + " has two picture ids");
        if (body.part() < body.parts() - 1) return;
        if (packet.codec.equals("vp9") && isScalable(packet.payload)) layered(now, body, packet);
        else {
            if (video() && !packet.marker) breaks.add("the last packet of frame " + body.frame() + " has no marker");
            complete(now, body, packet, descriptor);
        }
        begun = null;
    }

    private boolean isBlank(byte[] payload, int at) {
        String hex = HexFormat.of().formatHex(payload, at, payload.length);
        String end = HexFormat.of().formatHex(trailer);
        return hex.endsWith(end) && BLANKS.contains(hex.substring(0, hex.length() - end.length()));
    }

    private void blank(long now, Packet packet, long descriptor) {
        if (video() && !packet.marker) return;
        Frame frame = new Frame(now, 0, 0, -1, true, packet.timestamp, Vp8Descriptor.pictureId(descriptor), Vp8Descriptor.tl0PicIdx(descriptor), 0, packet.codec);
        if (lastWhole != null) compare(lastWhole, frame);
        lastWhole = frame;
        blanks.add(frame);
    }

    private static boolean isScalable(byte[] vp9) {
        return (vp9[0] & 0x20) != 0;
    }

    private final Set<Integer> decoded = new TreeSet<>();
    private boolean pictureEnded = true;

    /** A frame of one of the layers in a stream: the marker is on the last one of a picture, and what it refers to must have been decoded. */
    private void layered(long now, Body body, Packet packet) {
        boolean same = lastWhole != null && lastWhole.timestamp == packet.timestamp;
        if (lastWhole != null && same == pictureEnded && lost.isEmpty()) breaks.add("the picture of frame " + lastWhole.number + (same ? " ended before frame " : " has no marker before frame ") + body.frame());
        pictureEnded = packet.marker;
        Frame frame = new Frame(now, body.layer(), body.epoch(), body.frame(), body.key(), packet.timestamp, 0, 0, body.temporal(), packet.codec);
        if (lastWhole != null && !same) compare(lastWhole, frame);
        lastWhole = frame;
        if (!body.key() && !decoded.contains(body.reference())) {
            undecodable++;
            askForKeyFrame(now);
            return;
        }
        if (body.key()) decoded.clear();
        decoded.add(body.frame());
        frames.add(frame);
    }

    private int referenceFrame = -1;
    private int referenceLayer = -1;
    private int referenceEpoch = -1;
    private String referenceCodec = "";
    private Frame lastWhole;

    private void complete(long now, Body body, Packet packet, long descriptor) {
        Frame frame = new Frame(now, body.layer(), body.epoch(), body.frame(), body.key(), packet.timestamp, Vp8Descriptor.pictureId(descriptor),
                Vp8Descriptor.tl0PicIdx(descriptor), body.temporal(), packet.codec);
        if (lastWhole != null) compare(lastWhole, frame);
        lastWhole = frame;
        boolean decodable = body.key() || body.layer() == referenceLayer && body.epoch() == referenceEpoch && body.reference() == referenceFrame
                && packet.codec.equals(referenceCodec);
        if (!decodable) {
            undecodable++;
            askForKeyFrame(now);
            return;
        }
        if (body.temporal() == 0) {
            referenceFrame = body.frame();
            referenceLayer = body.layer();
            referenceEpoch = body.epoch();
            referenceCodec = packet.codec;
        }
        frames.add(frame);
        if (patient) hopesUntil = now + PATIENCE;
    }

    private void compare(Frame before, Frame frame) {
        if (frame.timestamp - before.timestamp <= 0)
            breaks.add("time goes from " + Integer.toUnsignedString(before.timestamp) + " to " + Integer.toUnsignedString(frame.timestamp));
        if (!before.codec.equals("vp8") || !frame.codec.equals("vp8")) return;
        int pictures = frame.pictureId - before.pictureId & 0x7fff;
        if (frame.key && pictures == 2) return; // a switch of layers cut a frame off
        boolean explained = !lost.isEmpty() || left > 0 || skipped > 0 || empty > 0; // lost, or left out after it had got its number
        if (pictures != 1 && (!explained || pictures == 0 || pictures > 0x4000)) breaks.add("picture id goes from " + before.pictureId + " to " + frame.pictureId);
        int bases = frame.tl0 - before.tl0 & 0xff;
        if (!explained && bases != (frame.temporal == 0 ? 1 : 0)) breaks.add("TL0PICIDX goes from " + before.tl0 + " to " + frame.tl0 + " with T" + frame.temporal);
    }

    void askForKeyFrame(long now) {
        if (!asks || askedAt != Long.MIN_VALUE && now - askedAt < KEY_FRAME_SPACING) return;
        askedAt = now;
        keyFramesAsked++;
        client.rtcp().pli(OWN_SSRC, ssrc);
        client.transmitRtcp();
    }

    // -- reports

    void senderReport(long now, long ntp, int timestamp) {
        statistics.senderReport(now, ntp);
        senderReports.add(new SenderReport(now, ntp, timestamp));
    }

    void report(long now, RtcpWriter rtcp) {
        if (statistics.packets() > 0) rtcp.receiverReport(OWN_SSRC, ssrc, statistics, now);
    }

    // -- judgement

    int rtxSsrc() {
        return rtxSsrc;
    }

    int highestSeq() {
        return (int) highest & 0xffff;
    }

    Frame last() {
        return frames.getLast();
    }

    /** Frames decoded since a moment. */
    List<Frame> since(long at) {
        return frames.stream().filter(f -> f.at - at >= 0).toList();
    }

    /** The longest time without a new frame since a moment, also up to now. */
    long longestFreeze(long from, long now) {
        long longest = 0;
        long last = from;
        for (Frame frame : since(from)) {
            longest = Math.max(longest, frame.at - last);
            last = frame.at;
        }
        return Math.max(longest, now - last);
    }

    /** Times without a new frame that a viewer notices, as libwebrtc counts them: 150 ms longer than between two of 30 per second. */
    List<Long> freezes(long from, long now) {
        List<Long> freezes = new ArrayList<>();
        long last = from;
        for (Frame frame : since(from)) {
            if (frame.at - last > NOTICED) freezes.add(frame.at - last);
            last = frame.at;
        }
        if (now - last > NOTICED) freezes.add(now - last);
        return freezes;
    }

    /** No number is missing, none is used twice, and pictures and time go on. */
    Incoming isContinuous() {
        assertThat(breaks).as("breaks of %s, %s", trackSid, this).isEmpty();
        assertThat(lost).as("numbers lost of %s, %s", trackSid, this).isEmpty();
        assertThat(left).as("numbers that a change of layer left empty, of %s, %s", trackSid, this).isZero();
        return this;
    }

    /** Every frame since the first one could be decoded. */
    Incoming isDecodable() {
        assertThat(undecodable).as("frames without their reference, %s", this).isZero();
        return this;
    }

    @Override
    public String toString() {
        return trackSid + " at " + client + ": " + packets + " packets, " + frames.size() + " frames, " + repaired + " repaired, " + duplicates + " duplicates, "
                + nacksSent + " NACKs, " + lost.size() + " lost, " + undecodable + " undecodable, " + keyFramesAsked + " key frames asked, breaks " + breaks.size();
    }
}
