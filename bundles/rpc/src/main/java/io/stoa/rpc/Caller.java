package io.stoa.rpc;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Who calls.
 *
 * @param claims null if the request brought no token
 * @param patience how long it waits for the answer; null if it does not say
 */
public record Caller(Claims claims, Duration patience) {
    public Caller(Claims claims) {
        this(claims, null);
    }

    /** @throws RpcException {@code unauthenticated} (spec 1.4: never {@code permission_denied}) if the video grant does not satisfy */
    public void require(Predicate<VideoGrant> enough) throws RpcException {
        if (claims == null || claims.video() == null || !enough.test(claims.video())) throw denied();
    }

    public void requireRoomAdmin(String room) throws RpcException {
        require(grant -> grant.roomAdmin() && grant.room().equals(room));
    }

    /** Trunks and dispatch rules. */
    public void requireSipAdmin() throws RpcException {
        if (claims == null || !claims.sipAdmin()) throw denied();
    }

    /** Calls. */
    public void requireSipCall() throws RpcException {
        if (claims == null || !claims.sipCall()) throw denied();
    }

    public static RpcException denied() {
        return new RpcException(RpcCode.UNAUTHENTICATED, "permissions denied");
    }
}
