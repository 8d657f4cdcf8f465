/**
 * Rooms, participants and signalling sessions as seen from outside.
 *
 * <p>Three neighbours meet here. The edge ({@code edge.rtc}) owns WebSockets and speaks to a {@link io.stoa.room.SignalServer}. The
 * signal server owns sessions (join, resume, ping, token refresh) and speaks to a {@link io.stoa.room.RoomManager}. The room manager
 * owns rooms: one mailbox each, in which everything about the room happens one thing after the other. API services speak to the room
 * manager too.
 *
 * <p>Signal servers and room managers are replaced while people talk. Who holds something of the one that goes ({@code edge.rtc} its
 * sessions, the signal server those of the room manager) keeps what comes meanwhile and goes on with the next one:
 * {@link io.stoa.room.SignalServer#adopt}, {@link io.stoa.room.RoomManager#reattach}. Rooms themselves go by
 * {@link io.stoa.room.HandOver}.
 *
 * <p>What happens is told to whoever listens: {@link io.stoa.room.RoomListener}, {@link io.stoa.room.WorkerListener}. Who tells it to the
 * outside is replaced without a loss: {@link io.stoa.room.EventLine}.
 *
 * <p>The vocabulary is LiveKit's own messages: {@code SignalRequest} in, {@code SignalResponse} out, and {@code StartSession} for how a
 * session begins, because that is what travels between nodes when the WebSocket and the room are on different ones.
 *
 * <p>Methods block the calling thread, which is a virtual one, until the owner has done it; {@code send} methods never block. What goes
 * wrong is a {@link io.stoa.room.RoomException} with a code of the field and a message for users.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.room;
