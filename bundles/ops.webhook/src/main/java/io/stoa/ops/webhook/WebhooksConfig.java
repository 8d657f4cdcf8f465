package io.stoa.ops.webhook;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code webhook.*} and {@code room.enable_full_room_in_webhooks}. */
@ObjectClassDefinition(name = "Stoa webhooks")
public @interface WebhooksConfig {
    @AttributeDefinition(description = "Receivers of every event")
    String[] urls() default {};

    @AttributeDefinition(description = "The API key whose secret signs")
    String apiKey() default "";

    @AttributeDefinition(description = "Milliseconds after which an event is not worth telling any more")
    long maxAge() default 30_000;

    @AttributeDefinition(description = "Events that may wait for one receiver, of one room, egress, ingress or job")
    int maxDepth() default 200;

    @AttributeDefinition(description = "Names of events; if there are any, no others are sent")
    String[] includeEvents() default {};

    @AttributeDefinition(description = "Names of events that are not sent, if none are included")
    String[] excludeEvents() default {};

    @AttributeDefinition(description = "Events of tracks tell everything of their room, not only its name and sid")
    boolean fullRoom() default false;
}
