package io.stoa.room.live;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** By which servers clients learn their own addresses, who looks for paths, and which ways are taken after failures ({@code rtc.*} of LiveKit). */
@ObjectClassDefinition(name = "Stoa ways to clients")
public @interface IceConfig {
    @AttributeDefinition(description = "host:port; empty = public ones, unless there are TURN servers, which do it, too", required = false)
    String[] stunServers() default {};

    @AttributeDefinition(description = "Whether clients alone look for paths and choose them (ICE lite)")
    boolean useIceLite() default false;

    @AttributeDefinition(description = "Whether participants whose connections fail are to use TCP alone, and then TURN over TLS alone")
    boolean allowTcpFallback() default true;

    @AttributeDefinition(description = "Milliseconds: with a round trip of the signalling from there on, TURN over TLS is next without TCP; 0 = never")
    int tcpFallbackRttThreshold() default 0;
}
