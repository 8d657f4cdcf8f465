package io.stoa.srtp;

import io.stoa.srtp.SrtpState.Direction;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Makes contexts and protects batches. Stateless and safe for several threads; what it makes belongs to one. */
@ProviderType
public interface SrtpEngine {
    /** Shown in the console and the metrics. */
    String name();

    /** What it speaks, preferred first: AEAD before counter mode, of which SHA-1 is the dear part. */
    default List<SrtpProfile> profiles() {
        return List.of(SrtpProfile.AEAD_AES_128_GCM, SrtpProfile.AEAD_AES_256_GCM, SrtpProfile.AES128_CM_HMAC_SHA1_80);
    }

    /** A context that goes on where the one went that said this of itself, of whichever engine that was. */
    SrtpContext context(SrtpState state);

    /** A context that goes on where that one is; both are there until the caller closes one. */
    default SrtpContext goOn(SrtpContext from) {
        SrtpState state = from.state();
        try {
            return context(state);
        } finally {
            state.forget();
        }
    }

    default SrtpContext outbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        return context(SrtpState.fresh(Direction.OUTBOUND, profile, masterKey, masterSalt));
    }

    default SrtpContext inbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        return context(SrtpState.fresh(Direction.INBOUND, profile, masterKey, masterSalt));
    }

    /**
     * Protects every RTP packet of the batch in place and sets its new length, -1 where it could not. Contexts of another engine may be
     * among them (connections go over one by one): those are asked one by one.
     */
    default void protect(SrtpBatch batch) {
        for (int i = 0; i < batch.size(); i++)
            batch.length(i, batch.context(i).protectRtp(batch.slab(), batch.offset(i), batch.length(i)));
    }
}
