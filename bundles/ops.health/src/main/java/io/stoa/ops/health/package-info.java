/**
 * Whether the server is well, for load balancers and people: {@code /healthz} says whether the process should live on, {@code /readyz}
 * whether somebody new should be sent here. 200 or 503, and in both cases JSON that says of each part what it is or what is wrong.
 * {@code GET /} stays what LiveKit's clients know.
 *
 * <p>{@link io.stoa.ops.health.Health} asks every {@link io.stoa.health.HealthCheck}, each on a thread of its own and for a second at
 * most, and sees for itself which parts are there ({@link io.stoa.ops.health.Parts}). Answers are kept for a second: whoever asks often
 * costs nothing. In development {@code /debug/rooms} shows what rooms are like inside ({@link io.stoa.ops.health.RoomDump}).
 */
package io.stoa.ops.health;
