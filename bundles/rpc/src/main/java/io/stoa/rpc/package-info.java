/**
 * Remote procedure calls, of two kinds. The server's API: services as a whiteboard ({@link io.stoa.rpc.RpcEndpoint}; most are
 * an {@link io.stoa.rpc.RpcService}), carried by Twirp.
 * And calls between nodes and workers: {@link io.stoa.rpc.RpcBus}, which speaks LiveKit's psrpc over the message bus of the day, the one
 * inside this process where there is no other.
 *
 * <p>How psrpc works is private ({@code io.stoa.rpc.psrpc}): {@code Calls} asks, {@code ServedMethod} answers, {@code StreamEnd} is one end
 * of a stream, {@code BusOfTheDay} holds subscriptions while buses come and go. Nothing that comes over the bus can end any of it: what
 * is malformed, late or too much is dropped and counted by name ({@code RpcDrop}).
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.1.0")
package io.stoa.rpc;
