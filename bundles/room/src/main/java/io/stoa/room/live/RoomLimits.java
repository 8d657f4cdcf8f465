package io.stoa.room.live;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code limit.*} keys that rooms check (bytes; 0 = off), and what may be used at all. */
@ObjectClassDefinition(name = "Stoa room limits")
public @interface RoomLimits {
    int maxMetadataSize() default 524288;

    int maxAttributesSize() default 65536;

    int maxParticipantNameLength() default 256;

    boolean enableRemoteUnmute() default false;

    int maxDataBlobKeyLength() default 256;

    int maxDataBlobsSize() default 64_000;

    int maxDataTrackCustomEncodingLength() default 32;

    @AttributeDefinition(description = "Video tracks that a participant receives at a time; further ones wait until others end")
    int subscriptionLimitVideo() default 0;

    @AttributeDefinition(description = "Audio tracks that a participant receives at a time")
    int subscriptionLimitAudio() default 0;

    @AttributeDefinition(description = "Bytes of one message about participants")
    int updateBatchTargetSize() default 131_072;

    @AttributeDefinition(description = "Whether a client is to reconnect when a track that it has announced does not come within 30 s")
    boolean reconnectOnPublicationError() default false;

    @AttributeDefinition(description = "Whether a client is to reconnect when a track that it subscribes to is not negotiated within 15 s")
    boolean reconnectOnSubscriptionError() default false;

    @AttributeDefinition(description = "Tracks may be paused where bandwidth is short, unless the client says itself whether they may")
    boolean allowPause() default false;

    @AttributeDefinition(description = "Milliseconds for which a publisher goes on encoding what nobody needs any more")
    long dynacastPauseDelay() default 5_000;

    @AttributeDefinition(description = "In rooms of fewer participants, a track whose publisher prefers so goes over to its backup codec as a whole; 0: in all rooms")
    int codecRegressionThreshold() default 5;

    boolean enableDataTracks() default true;

    boolean enableParticipantDataBlob() default false;
}
