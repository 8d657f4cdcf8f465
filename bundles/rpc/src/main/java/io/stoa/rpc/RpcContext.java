package io.stoa.rpc;

import java.util.Map;

/**
 * What a server knows of a request besides the request.
 *
 * @param clientId of the caller
 * @param expiryUnixNanos when the caller gives up
 */
public record RpcContext(String clientId, Map<String, String> metadata, long expiryUnixNanos) {}
