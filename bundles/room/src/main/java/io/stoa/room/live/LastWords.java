package io.stoa.room.live;

import io.stoa.media.DataLane;
import io.stoa.media.PeerListener;
import java.util.function.Consumer;

/**
 * Listens to a connection whose room is on another node already, until its client is there, too: what it still says reliably, and has
 * said while the room stood still, is brought there. The rest it will be asked, or told, again.
 */
final class LastWords implements PeerListener {
    private final Consumer<byte[]> bring;

    /** @param bring told each message, in order; must not block */
    LastWords(Consumer<byte[]> bring) {
        this.bring = bring;
    }

    @Override
    public void data(DataLane lane, byte[] message) {
        if (lane.reliable()) bring.accept(message);
    }
}
