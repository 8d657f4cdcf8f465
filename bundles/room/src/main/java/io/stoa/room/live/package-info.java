/**
 * The rooms of this node.
 *
 * <p>{@code LiveRoomManager} finds and opens rooms. A room ({@code ActiveRoom}) is owned by its {@code Mailbox}: everything that happens
 * to it, to its participants ({@code Member}), to how they are reached ({@code Signalling}, {@code Connections}), to what they publish
 * ({@code Publishing}) and receive ({@code Subscriptions}) happens there, one thing after the other, on a virtual thread. Events of the
 * media plane and requests of clients are posted; API calls wait for their turn. Time comes from an injected {@code Pulse}, so that
 * scenarios drive it.
 *
 * <p>The bundle is replaced while people talk: {@code Charge} says whether this manager is the one in charge, {@code RoomFreeze} writes a
 * room down for the next one, {@code RoomThaw} goes on with a room of the one before.
 *
 * <p>Start reading at {@code ActiveRoom.join} and {@code Member.receive}.
 */
package io.stoa.room.live;
