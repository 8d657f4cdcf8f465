package io.stoa.media;

import java.util.List;

/** By which servers one learns one's own address where {@code rtc.stun_servers} names none. */
public final class StunServers {
    public static final List<String> PUBLIC = List.of("global.stun.twilio.com:3478", "stun.l.google.com:19302", "stun1.l.google.com:19302");

    private StunServers() {}
}
