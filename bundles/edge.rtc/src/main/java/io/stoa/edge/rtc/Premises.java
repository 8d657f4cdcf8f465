package io.stoa.edge.rtc;

/** What the door has to know about the house. */
interface Premises {
    /** @throws Refusal if it cannot be known now */
    boolean mayEnter(String room, boolean roomCreate) throws Refusal;

    boolean overLimits(RtcSettings settings);
}
