/**
 * The embedded TURN server: what clients behind firewalls are told of in the join response (spec 6.12), and the sockets behind it.
 *
 * <p>{@code NettyTurnServer} is the component. It offers {@code TurnServers} to the rooms: the URLs, and credentials that
 * {@code ParticipantCredentials} computes from the API keys, so that nothing has to be remembered. {@code TurnLoop} owns one thread,
 * {@code turn}, and on it the machine of the {@code turn} library, the listeners (UDP, TCP, TLS), the connections of clients and the
 * relay ports. Everything on it is bounded: what waits for a client that does not read, connections, relay ports, datagrams.
 *
 * <p>Optional: without it, or where {@code turn.enabled} is false, no TURN URLs are handed out and nothing else changes. It is replaced
 * alone, because of its ports; clients whose media was relayed lose that path, and their ICE finds another or the same by the successor.
 *
 * <p>Quota, lifetime of credentials, rules for peers, range of ports and domain may change while it runs. The certificate is read again
 * when its files have changed.
 *
 * <p>Start reading at {@code NettyTurnServer}, then {@code TurnLoop}.
 */
package io.stoa.turn.server;
