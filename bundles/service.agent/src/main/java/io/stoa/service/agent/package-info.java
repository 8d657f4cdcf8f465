/**
 * Agents (spec 8): workers that wait for jobs, rooms that have jobs to give, and {@code livekit.AgentDispatchService}.
 *
 * <p>Two halves that know each other by {@link io.stoa.service.agent.AgentNodes} alone, because they may be on different nodes: on the side
 * of workers {@code WorkerPool} chooses who is offered a job; on the side of rooms {@code RoomAgents} knows the dispatches of one room, asks
 * for jobs when a room opens, somebody enters or publishes, and ends them. Its {@code JobLauncher} finds the topics that a job is asked for
 * under. The words between them are LiveKit's own ({@code rpc.AgentInternal}).
 *
 * <p>Everything happens on one thread, the {@code Desk}: messages of workers, events of rooms, calls of the API and the clock post to it. What
 * blocks (asking rooms, writing to the store) happens elsewhere and posts back.
 *
 * <p>The bundle is replaced while workers work: {@code AgentHost} does nothing before it is begun with what the one before has left, and
 * nothing after it is released. WebSockets are {@code edge.agent}'s. What rooms did between the two is found by looking at them.
 *
 * <p>Rooms know nothing of agents: an agent enters like anybody, by the identity that its worker has promised.
 *
 * <p>Different from LiveKit: a worker that does not answer costs ten seconds, then the next one is asked; a job whose worker has died, or
 * which failed, is given away again if the dispatch's restart policy says so, five times at the most; jobs whose agent has not come yet end with
 * their room, and an agent that connects anew keeps its job. Start reading at {@code RoomAgents}.
 */
package io.stoa.service.agent;
