/**
 * Agent workers between their WebSockets ({@code edge.agent}) and those who give them jobs ({@code service.agent}).
 *
 * <p>A worker's WebSocket outlives agent servers. Who owns it holds what the worker says while there is none, keeps what the one before has
 * left ({@link io.stoa.agent.AgentServer#release}), and has the next one go on with it ({@link io.stoa.agent.AgentServer#begin}). An agent
 * server does nothing before it is begun: so there is one in charge at a time, also while two versions are started side by side.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.agent;
