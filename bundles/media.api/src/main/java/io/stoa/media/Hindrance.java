package io.stoa.media;

/** Why packets of a subscribed track do not reach the subscriber's client now. Names are shown to operators as they are. */
public enum Hindrance {
    /** The plane has no such subscription: it was ended, because the client cannot take the codec or the publisher is gone. */
    NO_SUBSCRIPTION("the media plane has ended the subscription: the client does not take the codec, or the publisher's connection is gone"),
    PUBLISHER_NOT_CONNECTED("the publisher's media connection is not up"),
    NO_MEDIA_SECTION("the publisher has announced the track but not sent its media section"),
    MUTED("the publisher has muted the track"),
    NO_PACKETS("no packet of the track has arrived yet"),
    SILENT("no packets of the track arrive any more"),
    NOT_CONNECTED("the subscriber's media connection is not up"),
    NOT_NEGOTIATED("the subscriber's client has not taken the track into its session description yet"),
    PAUSED("the subscriber has switched the track off in its settings"),
    NO_BANDWIDTH("the subscriber's connection does not carry it: it is paused"),
    NO_ENGINE("there is no forwarding engine, or it failed for this subscription"),
    WAITING_FOR_KEY_FRAME("forwarding waits for a key frame of the publisher");

    private final String words;

    Hindrance(String words) {
        this.words = words;
    }

    /** For people: the end of a sentence that begins with the track. */
    public String words() {
        return words;
    }
}
