package io.stoa.service.sip;

import static io.stoa.rpc.RpcException.invalidArgument;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.stoa.protocol.livekit.SIPCodec;
import io.stoa.protocol.livekit.SIPMediaConfig;
import io.stoa.protocol.livekit.SIPMediaEncryption;
import io.stoa.rpc.RpcException;

/** Codecs, encryption and time-out of a call, as trunks, rules and calls have them; the later one in that order has the say. */
final class MediaSettings {
    private static final Duration MAX_TIMEOUT = Durations.fromMinutes(10);

    private MediaSettings() {}

    static void check(SIPMediaConfig media) throws RpcException {
        for (SIPCodec codec : media.getCodecsList()) {
            if (codec.getName().isEmpty()) throw invalidArgument("missing codec name");
            if (codec.getName().chars().anyMatch(c -> " \t\n\r".indexOf(c) >= 0)) throw invalidArgument("invalid codec name");
            if (codec.getName().contains("/")) throw invalidArgument("codec name must not contain '/'");
        }
        if (!media.hasMediaTimeout()) return;
        if (Durations.isNegative(media.getMediaTimeout())) throw invalidArgument("media_timeout must not be negative");
        if (Durations.compare(media.getMediaTimeout(), MAX_TIMEOUT) > 0) throw invalidArgument("media_timeout must not exceed 10m0s");
    }

    /** @param encryption of the field that was there before media settings were; {@code DISABLE} = it says nothing */
    static SIPMediaConfig with(SIPMediaConfig media, SIPMediaEncryption encryption) {
        if (media.hasEncryption() || encryption == SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE) return media;
        return media.toBuilder().setEncryption(encryption).build();
    }

    /**
     * @param before with the field beside it, as they stand
     * @param media null if it stays
     * @param encryption null if it stays, or is for the media settings to say
     */
    static SIPMediaConfig updated(SIPMediaConfig before, SIPMediaEncryption beside, SIPMediaConfig media, SIPMediaEncryption encryption) throws RpcException {
        SIPMediaConfig updated = media == null ? before : media;
        check(updated);
        if (encryption != null && (media == null || !media.hasEncryption())) return updated.toBuilder().setEncryption(encryption).build();
        return with(updated, beside);
    }

    /** What {@code specific} leaves open is as in {@code general}. */
    static SIPMediaConfig merge(SIPMediaConfig general, SIPMediaConfig specific) {
        SIPMediaConfig.Builder merged = specific.toBuilder();
        boolean open = !specific.hasEncryption() || specific.getEncryption() == SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE;
        if (open && general.hasEncryption()) merged.setEncryption(general.getEncryption());
        if (!specific.hasMediaTimeout() && general.hasMediaTimeout()) merged.setMediaTimeout(general.getMediaTimeout());
        if (specific.getCodecsCount() == 0) merged.setOnlyListedCodecs(general.getOnlyListedCodecs()).addAllCodecs(general.getCodecsList());
        return merged.build();
    }
}
