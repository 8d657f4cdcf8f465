package io.stoa.media.plane;

import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.List;

/** The {@link BlankFrames} that a peer is being sent. Lives on its loop. */
final class Interludes {
    private final LoopPeer owner;
    private final List<BlankFrames> running = new ArrayList<>();

    Interludes(LoopPeer owner) {
        this.owner = owner;
    }

    void begin(long now, BlankFrames frames) {
        running.add(frames);
        frames.wake(now);
        owner.touch();
    }

    void remove(BlankFrames frames) {
        running.remove(frames);
    }

    void wake(long now) {
        for (int i = running.size() - 1; i >= 0; i--) {
            BlankFrames frames = running.get(i);
            frames.wake(now);
            if (frames.over()) end(now, frames);
        }
    }

    private void end(long now, BlankFrames frames) {
        running.remove(frames);
        frames.ending.over(now);
    }

    /** Another track is to be negotiated: sections in which one has ended become free with the same description. */
    void finish(long now, boolean video) {
        for (int i = running.size() - 1; i >= 0; i--) {
            BlankFrames frames = running.get(i);
            if (!frames.last || frames.sender.spec().video() != video) continue;
            frames.finish(now);
            end(now, frames);
        }
    }

    void clear() {
        running.clear();
    }

    long nextWake() {
        long next = Time.NEVER;
        for (int i = 0; i < running.size(); i++) next = Time.earlier(next, running.get(i).nextWake());
        return next;
    }
}
