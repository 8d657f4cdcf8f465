package io.stoa.srtp;

import org.osgi.annotation.versioning.ProviderType;

/** Makes contexts and protects batches. Stateless and safe for several threads; what it makes belongs to one. */
@ProviderType
public interface SrtpEngine {
    /** Shown in the console and the metrics. */
    String name();

    SrtpContext outbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt);

    SrtpContext inbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt);

    /**
     * Protects every RTP packet of the batch in place and sets its new length, -1 where it could not. Contexts of another engine may be
     * among them (connections keep the engine they were made with): those are asked one by one.
     */
    void protect(SrtpBatch batch);
}
