package io.stoa.store;

/**
 * One record on its way from one store to another.
 *
 * @param kind for example {@code egress}, {@code sip_dispatch_rule}: the name of the hash in LiveKit's key layout (spec 7.2)
 * @param key unique within the kind; where records belong to rooms: room name, newline, id
 * @param version of the encoding; 1 is the protobuf message of the kind
 */
public record DurableRecord(String kind, String key, int version, byte[] value) {}
