package io.stoa.bench;

import io.stoa.rtp.NackList;
import io.stoa.rtp.ReceiveStatistics;
import io.stoa.rtp.SequenceExtender;

/** One SSRC as a subscriber sees it. */
final class ReceivedStream {
    final int ssrc;
    final boolean repair;
    private final boolean video;
    final ReceiveStatistics statistics;
    final NackList nacks = new NackList();
    private final SequenceExtender extender = new SequenceExtender();

    ReceivedStream(int ssrc, int clockRate, boolean repair) {
        this.ssrc = ssrc;
        this.repair = repair;
        video = clockRate == 90_000;
        statistics = new ReceiveStatistics(clockRate);
    }

    void packet(long now, int seq, int timestamp, int length) {
        statistics.packet(now, extender.extend(seq), timestamp, length);
    }

    /** The same, by somebody who asks for what is missing; of audio nobody does. */
    void wanted(long now, int seq) {
        if (video) nacks.received(now, extender.extend(seq));
    }
}
