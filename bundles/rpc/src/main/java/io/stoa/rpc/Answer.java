package io.stoa.rpc;

/**
 * Of one of several servers.
 *
 * @param value null if there is an error
 * @param error null if there is none
 */
public record Answer<A>(String serverId, A value, RpcException error) {}
