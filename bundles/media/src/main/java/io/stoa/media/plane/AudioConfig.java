package io.stoa.media.plane;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How audio is carried (PID {@code io.stoa.audio}). */
@ObjectClassDefinition(pid = "io.stoa.audio", name = "Stoa audio", description = "How audio is carried.")
public @interface AudioConfig {
    @AttributeDefinition(description = "Subscribers that take RED get it of tracks published without it. Holds for tracks from now on.")
    boolean activeRedEncoding() default false;

    @AttributeDefinition(description = "Publishers are told of the loss on the way to the subscriber that loses most, where it is more than theirs.")
    boolean enableLossProxying() default false;
}
