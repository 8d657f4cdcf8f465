/**
 * The assembled server in a framework: assembly, absence, replacement, the swap of the forwarding engine in a call, the plug-ins folder.
 *
 * <p>A test class says {@code @ExtendWith(InsideServer.class)} and gets a server of its own: the bundles of {@code distribution/target},
 * installed and started as the launcher does it, on ports that were free a moment before. Its tests run inside the framework, in a bundle
 * that Pax Exam makes of these classes, and get a {@link io.stoa.itests.framework.Server}. A {@link io.stoa.itests.framework.Caller} speaks
 * HTTP and WebSocket from outside; a {@link io.stoa.itests.framework.Call} is two clients with real sockets and media between them.
 *
 * <p>A test leaves the server as it found it: the next one of the class meets the same server. What the servers say is in
 * {@code target/servers.log}.
 */
package io.stoa.itests.framework;
