package io.stoa.service.ingress;

import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressInput;

/** Whether an ingress decodes and encodes what comes in: WHIP does not unless told to, all others do. */
final class Transcoding {
    private Transcoding() {}

    static boolean of(IngressInfo info) {
        return info.hasEnableTranscoding() ? info.getEnableTranscoding() : info.getInputType() != IngressInput.WHIP_INPUT;
    }

    /** With what follows for workers that know the older field only. */
    @SuppressWarnings("deprecation")
    static IngressInfo settled(IngressInfo info) {
        return info.toBuilder().setEnableTranscoding(of(info)).setBypassTranscoding(!of(info)).build();
    }
}
