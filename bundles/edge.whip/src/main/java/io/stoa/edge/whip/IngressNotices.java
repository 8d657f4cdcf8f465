package io.stoa.edge.whip;

import io.stoa.protocol.livekit.InputAudioState;
import io.stoa.protocol.livekit.InputVideoState;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.rpc.WHIPRTCConnectionNotifyRequest;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an ingress worker how the session goes that it has begun for somebody: at its begin, every ten seconds, and when it is over,
 * unless the worker ended it (spec 9.5). On a virtual thread of its own; its signalling stays open for that long.
 */
final class IngressNotices {
    private static final Logger LOG = LoggerFactory.getLogger(IngressNotices.class);
    private static final CallOptions CALL = CallOptions.within(Duration.ofSeconds(3));
    /** A room that is just being replaced is asked again whether it has the participant. */
    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 1_000;

    /** Goes on with the session, whose signalling was lost. */
    interface Return {
        Publisher open() throws WhipException;
    }

    private final Supplier<RpcBus> bus;
    private final String sid;
    private final List<TrackInfo> before;
    private final Return back;
    private final long everyMillis;
    /** Null until its session is resumed. */
    private volatile Publisher publisher;
    private volatile boolean stopped;

    IngressNotices(Supplier<RpcBus> bus, Publisher publisher, Return back, long everyMillis) {
        this(bus, publisher.participantSid(), publisher, List.of(), back, everyMillis);
    }

    /** Of a session that another edge has begun. @param tracks what it publishes, as that one knew it */
    IngressNotices(Supplier<RpcBus> bus, String sid, List<TrackInfo> tracks, Return back, long everyMillis) {
        this(bus, sid, null, tracks, back, everyMillis);
    }

    private IngressNotices(Supplier<RpcBus> bus, String sid, Publisher publisher, List<TrackInfo> tracks, Return back, long everyMillis) {
        this.bus = bus;
        this.sid = sid;
        this.publisher = publisher;
        before = tracks;
        this.back = back;
        this.everyMillis = everyMillis;
        Thread.ofVirtual().name("whip-notices-" + sid).start(this::run);
    }

    /** Nobody is told any more. */
    void stop() {
        stopped = true;
        Publisher current = publisher;
        if (current != null) current.release();
    }

    private void run() {
        if (publisher == null && !returned()) {
            if (!stopped) tell(true);
            return;
        }
        while (true) {
            if (!stopped) tell(false);
            if (!publisher.awaitEnd(everyMillis)) continue;
            if (stopped) return;
            if (!publisher.hasLeft() && returned()) continue;
            tell(true);
            publisher.release();
            return;
        }
    }

    private boolean returned() {
        List<TrackInfo> tracks = tracks();
        for (int i = 0; i < ATTEMPTS && !stopped; i++) {
            try {
                publisher = back.open();
                publisher.remember(tracks);
                if (stopped) publisher.release();
                return true;
            } catch (WhipException e) {
                if (e.status() == 404) return false;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** What is published, as far as it is known. */
    List<TrackInfo> tracks() {
        Publisher current = publisher;
        return current == null ? before : current.tracks();
    }

    private void tell(boolean closed) {
        WHIPRTCConnectionNotifyRequest.Builder notice = WHIPRTCConnectionNotifyRequest.newBuilder().setParticipantId(sid).setClosed(closed);
        for (TrackInfo track : tracks()) {
            if (track.getType() == TrackType.VIDEO && !notice.hasVideo())
                notice.setVideo(InputVideoState.newBuilder().setMimeType(track.getMimeType()).setWidth(track.getWidth()).setHeight(track.getHeight()));
            if (track.getType() == TrackType.AUDIO && !notice.hasAudio())
                notice.setAudio(InputAudioState.newBuilder().setMimeType(track.getMimeType()).setChannels(stereo(track) ? 2 : 1));
        }
        RpcBus over = bus.get();
        try {
            if (over != null) over.call(RpcMethods.WHIP_RTC_CONNECTION_NOTIFY.at(sid), notice.build(), CALL);
            else LOG.warn("the ingress worker of {} is not told how it goes: bundle rpc is not active", sid);
        } catch (RpcException e) {
            LOG.warn("the ingress worker of {} is not told how it goes: {}", sid, e.getMessage());
        }
    }

    @SuppressWarnings("deprecation")
    private static boolean stereo(TrackInfo track) {
        return track.getStereo();
    }
}
