package io.stoa.media.plane;

import io.stoa.base.Time;

/** Peers by the time at which they want to be woken: a binary heap that knows each entry's place, so that moving one is cheap. */
final class DeadlineHeap {
    private LoopPeer[] heap = new LoopPeer[64];
    private int size;

    long next() {
        return size == 0 ? Time.NEVER : heap[0].wakeAt;
    }

    LoopPeer first() {
        return heap[0];
    }

    /** Inserts, moves or (with NEVER) removes. */
    void set(LoopPeer peer, long at) {
        if (peer.heapIndex >= 0 && peer.wakeAt == at) return;
        if (at == Time.NEVER) {
            remove(peer);
            return;
        }
        peer.wakeAt = at;
        if (peer.heapIndex < 0) {
            if (size == heap.length) heap = java.util.Arrays.copyOf(heap, size * 2);
            place(peer, size++);
        }
        up(peer.heapIndex);
        down(peer.heapIndex);
    }

    void remove(LoopPeer peer) {
        int at = peer.heapIndex;
        if (at < 0) return;
        peer.heapIndex = -1;
        LoopPeer last = heap[--size];
        heap[size] = null;
        if (last == peer) return;
        place(last, at);
        up(at);
        down(last.heapIndex);
    }

    private void place(LoopPeer peer, int at) {
        heap[at] = peer;
        peer.heapIndex = at;
    }

    private void up(int at) {
        LoopPeer peer = heap[at];
        while (at > 0 && peer.wakeAt - heap[(at - 1) / 2].wakeAt < 0) {
            place(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        place(peer, at);
    }

    private void down(int at) {
        LoopPeer peer = heap[at];
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1].wakeAt - heap[child].wakeAt < 0) child++;
            if (heap[child].wakeAt - peer.wakeAt >= 0) break;
            place(heap[child], at);
            at = child;
        }
        place(peer, at);
    }
}
