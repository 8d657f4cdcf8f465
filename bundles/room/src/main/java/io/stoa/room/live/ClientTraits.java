package io.stoa.room.live;

import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.protocol.livekit.ClientConfiguration;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.DisabledCodecs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is known of kinds of clients (spec 4.3).
 *
 * @param firefox it has its ways with answers
 * @param red opus may travel to and from it in audio/red
 * @param disabled codecs that it neither sends nor receives
 * @param disabledToPublish codecs that it receives but sends badly
 */
record ClientTraits(boolean firefox, boolean red, List<String> disabled, List<String> disabledToPublish) {
    static ClientTraits of(ClientInfo client) {
        String browser = client.getBrowser().toLowerCase(Locale.ROOT);
        String os = client.getOs().toLowerCase(Locale.ROOT);
        boolean firefox = browser.equals("firefox") || browser.equals("firefox mobile");
        boolean safari = browser.equals("safari") || browser.equals("mobile safari");
        List<String> disabled = new ArrayList<>();
        List<String> toPublish = new ArrayList<>();
        if (safari) disabled.add("video/AV1");
        if (safari && client.getBrowserVersion().compareTo("18.3") > 0) toPublish.add("video/VP9");
        boolean badH264 = os.equals("android") && client.getDeviceModel().equalsIgnoreCase("xiaomi 2201117ti");
        if (badH264 || firefox && (os.equals("linux") || os.equals("android"))) toPublish.add("video/H264");
        return new ClientTraits(firefox, !firefox && !safari, List.copyOf(disabled), List.copyOf(toPublish));
    }

    /** Told to the client with the first message of a connection, where there is something to tell. */
    boolean hasConfiguration() {
        return !disabled.isEmpty() || !disabledToPublish.isEmpty();
    }

    ClientConfiguration configuration() {
        DisabledCodecs.Builder codecs = DisabledCodecs.newBuilder();
        for (String mime : disabled) codecs.addCodecs(Codec.newBuilder().setMime(mime));
        for (String mime : disabledToPublish) codecs.addPublish(Codec.newBuilder().setMime(mime));
        return ClientConfiguration.newBuilder().setDisabledCodecs(codecs).build();
    }

    boolean publishes(String mime) {
        return speaks(mime) && disabledToPublish.stream().noneMatch(mime::equalsIgnoreCase);
    }

    private boolean speaks(String mime) {
        return disabled.stream().noneMatch(mime::equalsIgnoreCase);
    }

    /** Of the room's codecs those of a connection; one that also receives must not lose what only sending is bad at. */
    List<EnabledCodec> allow(List<EnabledCodec> codecs, boolean publishesOnly) {
        return codecs.stream().filter(codec -> publishesOnly ? publishes(codec.mime()) : speaks(codec.mime())).toList();
    }
}
