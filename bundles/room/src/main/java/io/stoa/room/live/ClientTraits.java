package io.stoa.room.live;

import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.protocol.livekit.ClientConfigSetting;
import io.stoa.protocol.livekit.ClientConfiguration;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.DisabledCodecs;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of kinds of clients (spec 4.3).
 *
 * @param firefox it has its ways with answers
 * @param red opus may travel to and from it in audio/red
 * @param changesCodec what it receives may go on in another codec of its media section
 * @param tracksByPackets it knows of a track once a packet of it has come
 * @param readsBeforeItsOffer an answer that is there when it begins to read is lost: only then it makes the offer of its join request its own
 * @param iceTcp it opens connections for ICE
 * @param disabled codecs that it neither sends nor receives
 * @param disabledToPublish codecs that it receives but sends badly
 * @param unknown messages that it stumbles over
 */
record ClientTraits(
        boolean firefox,
        boolean red,
        boolean changesCodec,
        boolean tracksByPackets,
        boolean readsBeforeItsOffer,
        boolean iceTcp,
        List<String> disabled,
        List<String> disabledToPublish,
        Set<MessageCase> unknown) {
    private static final int RUST_KNOWS_RESPONSES = 10;
    private static final Version JS_KNOWS_RECONNECT = Version.of("1.6.3");
    private static final Version SWIFT_OPENS_CONNECTIONS = Version.of("1.0.5");

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
        boolean go = client.getSdk() == ClientInfo.SDK.GO;
        boolean changesCodec = !go && client.getSdk() != ClientInfo.SDK.UNKNOWN;
        return new ClientTraits(
                firefox, !firefox && !safari, changesCodec, go, go, iceTcp(client), List.copyOf(disabled), List.copyOf(toPublish), unknown(client));
    }

    private static boolean iceTcp(ClientInfo client) {
        return switch (client.getSdk()) {
            case GO -> false;
            case SWIFT -> Version.of(client.getVersion()).compareTo(SWIFT_OPENS_CONNECTIONS) >= 0;
            default -> true;
        };
    }

    private static Set<MessageCase> unknown(ClientInfo client) {
        if (client.getSdk() == ClientInfo.SDK.RUST && client.getProtocol() < RUST_KNOWS_RESPONSES)
            return Set.of(MessageCase.TRACK_SUBSCRIBED, MessageCase.REQUEST_RESPONSE);
        if (client.getSdk() == ClientInfo.SDK.JS && Version.of(client.getVersion()).compareTo(JS_KNOWS_RECONNECT) < 0) return Set.of(MessageCase.RECONNECT);
        return Set.of();
    }

    boolean understands(MessageCase message) {
        return !unknown.contains(message);
    }

    /** What is no number at the start of a part counts as none: 1.6.3-rc1 is 1.6.3; a client that says nothing is taken for a new one. */
    private record Version(int major, int minor, int patch) implements Comparable<Version> {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,5})(?:\\.([0-9]{1,5}))?(?:\\.([0-9]{1,5}))?.*");

        static Version of(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) return new Version(Integer.MAX_VALUE, 0, 0);
            return new Version(number(parts.group(1)), number(parts.group(2)), number(parts.group(3)));
        }

        private static int number(String part) {
            return part == null ? 0 : Integer.parseInt(part);
        }

        @Override
        public int compareTo(Version other) {
            return Comparator.comparingInt(Version::major).thenComparingInt(Version::minor).thenComparingInt(Version::patch).compare(this, other);
        }
    }

    /** Told to the client with the first message of a connection; empty where there is nothing to tell. */
    Optional<ClientConfiguration> configuration(boolean relayOnly) {
        if (disabled.isEmpty() && disabledToPublish.isEmpty() && !relayOnly) return Optional.empty();
        DisabledCodecs.Builder codecs = DisabledCodecs.newBuilder();
        for (String mime : disabled) codecs.addCodecs(Codec.newBuilder().setMime(mime));
        for (String mime : disabledToPublish) codecs.addPublish(Codec.newBuilder().setMime(mime));
        ClientConfiguration.Builder told = ClientConfiguration.newBuilder();
        if (!disabled.isEmpty() || !disabledToPublish.isEmpty()) told.setDisabledCodecs(codecs);
        if (relayOnly) told.setForceRelay(ClientConfigSetting.ENABLED);
        return Optional.of(told.build());
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
