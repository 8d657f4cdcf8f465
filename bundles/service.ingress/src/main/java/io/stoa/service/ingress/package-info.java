/**
 * Ingress (spec 3.3, 9.3): what publishers may send by RTMP, WHIP, or workers fetch from a URL, as records in the
 * {@link io.stoa.store.IngressStore} of the day. Workers take the media; nothing of it comes here.
 *
 * <p>{@link io.stoa.service.ingress.IngressService} is the API: it checks ({@code IngressChecks}) and stores, and tells the worker of an
 * active ingress. {@link io.stoa.service.ingress.IngressReports} is what workers ask, by stream key or id, and tell: the state of an
 * ingress is theirs, and a report of an earlier session does not overwrite it. From its changes come webhooks ({@code WorkerListener}).
 *
 * <p>Without a store everything is <i>unavailable</i>, never empty. It has no threads and keeps nothing.
 */
package io.stoa.service.ingress;
