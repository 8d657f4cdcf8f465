package io.stoa.bench;

import io.stoa.rtp.ReceiveStatistics;
import io.stoa.rtp.SequenceExtender;

/** One SSRC as a subscriber sees it. */
final class ReceivedStream {
    final int ssrc;
    final boolean repair;
    final ReceiveStatistics statistics;
    private final SequenceExtender extender = new SequenceExtender();

    ReceivedStream(int ssrc, int clockRate, boolean repair) {
        this.ssrc = ssrc;
        this.repair = repair;
        statistics = new ReceiveStatistics(clockRate);
    }

    void packet(long now, int seq, int timestamp, int length) {
        statistics.packet(now, extender.extend(seq), timestamp, length);
    }
}
