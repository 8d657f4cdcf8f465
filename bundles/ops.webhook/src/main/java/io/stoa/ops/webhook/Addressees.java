package io.stoa.ops.webhook;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.WebhookConfig;
import io.stoa.protocol.livekit.WebhookEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Who is to have an event: the receivers of the configuration, if they want it, and those that an egress brings itself.
 *
 * @param always receivers of the configuration
 * @param apiKey signs where an egress names no key
 */
record Addressees(List<Receiver> always, EventFilter filter, String apiKey) {
    /** @throws IllegalArgumentException naming the key, the value and what is allowed */
    static Addressees of(WebhooksConfig config) {
        List<Receiver> receivers = new ArrayList<>();
        for (String url : new LinkedHashSet<>(List.of(config.urls()))) {
            try {
                receivers.add(Receiver.at(url, config.apiKey()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("webhook.urls: \"" + url + "\" is not allowed; allowed: " + Receiver.ALLOWED, e);
            }
        }
        if (!receivers.isEmpty() && config.apiKey().isEmpty())
            throw new IllegalArgumentException("webhook.api_key: \"\" is not allowed; allowed: one of the API keys");
        return new Addressees(List.copyOf(receivers), new EventFilter(Set.of(config.includeEvents()), Set.of(config.excludeEvents())), config.apiKey());
    }

    /** What is not a URL that could be asked. */
    interface Unusable {
        void url(String url);
    }

    Set<Receiver> of(WebhookEvent event, Unusable unusable) {
        Set<Receiver> all = new LinkedHashSet<>();
        if (filter.wants(event.getEvent())) all.addAll(always);
        if (!event.hasEgressInfo()) return all;
        for (WebhookConfig own : webhooks(event.getEgressInfo())) {
            if (!filter(own).wants(event.getEvent())) continue;
            try {
                all.add(Receiver.at(own.getUrl(), own.getSigningKey().isEmpty() ? apiKey : own.getSigningKey()));
            } catch (IllegalArgumentException e) {
                unusable.url(own.getUrl());
            }
        }
        return all;
    }

    private static EventFilter filter(WebhookConfig own) {
        return new EventFilter(
                Set.copyOf(own.getFilterParams().getIncludeEventsList()), Set.copyOf(own.getFilterParams().getExcludeEventsList()));
    }

    private static List<WebhookConfig> webhooks(EgressInfo egress) {
        return switch (egress.getRequestCase()) {
            case EGRESS -> egress.getEgress().getWebhooksList();
            case REPLAY -> egress.getReplay().getWebhooksList();
            case ROOM_COMPOSITE -> egress.getRoomComposite().getWebhooksList();
            case WEB -> egress.getWeb().getWebhooksList();
            case PARTICIPANT -> egress.getParticipant().getWebhooksList();
            case TRACK_COMPOSITE -> egress.getTrackComposite().getWebhooksList();
            case TRACK -> egress.getTrack().getWebhooksList();
            case REQUEST_NOT_SET -> List.of();
        };
    }

    /** What an event is about, so that events about the same arrive in their order. */
    static String resource(WebhookEvent event) {
        if (event.hasEgressInfo()) return event.getEgressInfo().getEgressId();
        if (event.hasIngressInfo()) return event.getIngressInfo().getIngressId();
        if (event.hasJob()) return event.getJob().getId();
        return event.getRoom().getName();
    }
}
