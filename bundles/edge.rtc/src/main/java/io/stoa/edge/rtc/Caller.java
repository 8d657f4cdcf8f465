package io.stoa.edge.rtc;

import com.google.gson.JsonObject;
import io.stoa.protocol.livekit.RoomConfiguration;

/**
 * What a verified token says about who connects, as far as the door is concerned.
 *
 * @param canPublish resolved: true if the token does not say
 * @param roomConfig for the room if this join creates it; default instance if the token has none
 * @param expiresAt of the token, seconds since 1970
 * @param claims all of them as JSON, what rooms decide by; only to be copied
 */
record Caller(
        String identity,
        String name,
        String room,
        boolean roomJoin,
        boolean roomCreate,
        boolean canPublish,
        boolean canUpdateOwnMetadata,
        String roomPreset,
        RoomConfiguration roomConfig,
        long expiresAt,
        JsonObject claims) {}
