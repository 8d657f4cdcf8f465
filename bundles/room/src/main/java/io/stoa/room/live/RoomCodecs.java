package io.stoa.room.live;

import io.stoa.media.PeerSpec;
import io.stoa.protocol.livekit.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The codecs that are enabled in a room. They stay the same as long as it lives. */
final class RoomCodecs {
    private final List<Codec> enabled;

    RoomCodecs(List<Codec> enabled) {
        this.enabled = enabled;
    }

    /** For the media plane. */
    List<PeerSpec.EnabledCodec> enabled() {
        return enabled.stream().map(codec -> new PeerSpec.EnabledCodec(codec.getMime().toLowerCase(Locale.ROOT), codec.getFmtpLine())).toList();
    }

    /** Those in which the client may publish, of video first, the preferred ones first. */
    List<Codec> publishedBy(ClientTraits client) {
        List<Codec> video = new ArrayList<>();
        List<Codec> audio = new ArrayList<>();
        for (Codec codec : enabled) {
            if (codec.getMime().equalsIgnoreCase("video/rtx") || !client.publishes(codec.getMime())) continue;
            (codec.getMime().startsWith("video/") ? video : audio).add(codec);
        }
        video.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        video.addAll(audio);
        return video;
    }

    private static int rank(Codec codec) {
        return switch (codec.getMime().toLowerCase(Locale.ROOT)) {
            case "video/vp8" -> 0;
            case "video/h264" -> 1;
            default -> 2;
        };
    }
}
