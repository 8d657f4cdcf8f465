/**
 * Stands still while room managers are replaced. {@link io.stoa.handover.RoomLine} knows which one is in charge of the rooms of this node,
 * and keeps the rooms that one has left until the next one takes them: bytes, which need nobody's classes.
 *
 * <p>{@link io.stoa.handover.SocketRest} does the same for listening sockets while {@code http} is replaced.
 *
 * <p>Its own replacement is safe as long as it keeps no rooms: managers that live take their places again. It owns no threads and calls
 * managers on the thread of whoever enters or leaves. It knows no time: how long connections and sessions wait for their room is for those
 * who hold them ({@code media}, {@code signal}); a manager that comes later than they wait finds rooms without people, and closes them.
 */
package io.stoa.handover;
