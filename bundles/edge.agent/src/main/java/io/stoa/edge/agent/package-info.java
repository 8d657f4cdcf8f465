/**
 * The door of agent workers: {@code /agent} (spec 8.1).
 *
 * <p>It is a bundle of its own, and not a part of the agent server, because WebSockets are to outlive agent servers: while one is replaced,
 * what workers say waits here, what the one before has left is kept here, and the next one goes on with both ({@code AgentDoor}). Only if none
 * comes within ten seconds are workers told to look for another server; they come back by themselves.
 *
 * <p>Who has no token for it is refused before the upgrade, and so is everybody while there is no agent server. After the upgrade a frame
 * that is no {@code WorkerMessage}, an empty one, or one larger than {@code limit.agent_signal_message_size_limit} ends the connection. What
 * messages mean is the agent server's business.
 *
 * <p>Threads: frames of a WebSocket come one at a time on its own; messages to it come from the agent server and never wait. One timer keeps all
 * WebSockets awake.
 */
package io.stoa.edge.agent;
