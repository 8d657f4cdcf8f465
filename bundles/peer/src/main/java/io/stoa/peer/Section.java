package io.stoa.peer;

/** A media section of the connection: at most one track, in one direction. */
final class Section {
    final int index;
    final String kind;
    String mid;
    Receiver receiver;
    Sender sender;
    /** The track that was sent in it last; null if none was. */
    String carried;
    /** Its sender was removed: one answer (or offer) must call it inactive before another track may use it. */
    boolean retiring;
    /** As another peer has left it, until something else comes of it; null if none has. */
    KeptSection kept;
    /** A description of ours has said what comes of it. */
    boolean described;
    /** So it says in the last offer of ours. */
    boolean sends;

    Section(int index, String mid, String kind) {
        this.index = index;
        this.mid = mid;
        this.kind = kind;
    }
}
