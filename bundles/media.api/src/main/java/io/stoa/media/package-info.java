/**
 * The contracts around media: what the control side asks of it ({@link io.stoa.media.MediaPlane}), what decides about each packet
 * ({@link io.stoa.media.ForwardingEngine}), and what carries packets in and out ({@link io.stoa.media.PacketIo}).
 *
 * <h2>Who calls whom, and where</h2>
 *
 * <ul>
 *   <li>The room owners call {@code MediaPlane} and {@code MediaPeer} from any thread; every call is a message to the loop that owns
 *       the peer. {@code PeerListener} is called on that loop and must only hand the event on.
 *   <li>{@code PacketIo} owns the sockets and one thread per media loop. The media plane gives it one {@code LoopHandler} per loop and
 *       is called on that thread only: batches of datagrams, expired deadlines, posted work.
 *   <li>{@code ForwardingEngine} is touched when a subscription is made, swapped or ended. Its {@code Forwarder}s live on the loop of
 *       their subscriber and are called there for every packet: no lock, no allocation, no clock, no logger.
 * </ul>
 *
 * <h2>Replacement while people talk</h2>
 *
 * A forwarding engine keeps no statics, threads or thread-locals, so that it can be replaced between two packets: the plane takes
 * {@link io.stoa.media.ForwarderState} from every old forwarder and makes a new one from it. Everything else that a call needs
 * (sockets, keys, packet history, RTCP clocks) belongs to the plane and stays.
 *
 * <p>Absent parts: without a {@code PacketIo} there is no {@code MediaPlane}, and rooms do not open; without a {@code ForwardingEngine}
 * media is held (history and RTCP go on) until one comes.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.8.0")
package io.stoa.media;
