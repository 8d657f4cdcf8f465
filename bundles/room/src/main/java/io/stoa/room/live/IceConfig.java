package io.stoa.room.live;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** By which servers clients learn their own addresses (LiveKit's {@code rtc.stun_servers}). */
@ObjectClassDefinition(name = "Stoa STUN servers")
public @interface IceConfig {
    @AttributeDefinition(description = "host:port; empty = public ones, unless there are TURN servers, which do it, too", required = false)
    String[] stunServers() default {};
}
