/**
 * LiveKit's schema. The {@code .proto} files beside this source are compiled at build time into {@code io.stoa.protocol.livekit} (public
 * API), {@code .rpc} (messages between nodes and workers) and {@code .psrpc} (the envelopes of the message bus). A test compares names,
 * numbers and types with the published {@code io.livekit:livekit-server} artifact; what differs on purpose is listed with its reason in
 * {@code left-out.txt} and {@code newer.txt} among the test resources.
 */
package io.stoa.protocol;
