/**
 * Stands still while others are replaced. {@link io.stoa.handover.RoomLine} knows which room manager is in charge of the rooms of this node,
 * and keeps the rooms that one has left until the next one takes them: bytes, which need nobody's classes.
 * {@link io.stoa.handover.EventKeeper} knows who tells the outside what happens (webhooks), and keeps what happens while nobody does.
 *
 * <p>{@link io.stoa.handover.MemoryLine} keeps records that are nowhere but in memory, from one store or edge to its successor.
 * {@link io.stoa.handover.SocketRest} does the same for listening sockets while {@code http} is replaced.
 *
 * <p>Its own replacement is safe as long as it keeps nothing: who lives takes its place again. It owns no threads and calls those in charge
 * on the thread of whoever enters, leaves, or has something to tell. {@code RoomLine} knows no time: how long connections and sessions wait
 * for their room is for those who hold them ({@code media}, {@code signal}); a manager that comes later than they wait finds rooms without
 * people, and closes them. Events are kept for a minute, ten thousand at most; what is lost is counted.
 */
package io.stoa.handover;
