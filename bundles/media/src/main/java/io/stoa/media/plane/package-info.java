/**
 * The media plane: peers on loops, packets from published to subscribed tracks, and the replacement of the forwarding engine.
 *
 * <p>One {@code MediaLoop} per packet loop owns everything that happens on its thread: its peers ({@code LoopPeer}), what they publish
 * ({@code PublishedTracks}; each a {@code PublicationTrack}: packet rings, live layers, loudness) and what they receive
 * ({@code SubscribedTracks}; each a {@code SubscriptionTrack}: a forwarder, a sender, a history), and what is put in its place when it pauses or
 * ends ({@code BlankFrames}). All peers of a room are made on the
 * room's home loop, so a packet crosses no thread. Calls of the control side are tasks posted to the loop.
 *
 * <p>Who subscribes from another loop (it came from another room) has a {@code MirrorTrack} on its own loop, which a {@code HandOff} fills
 * once per turn; whatever the subscribers need of the past is there.
 *
 * <p>Start reading at {@code MediaLoop.receive} and follow a packet: {@code PeerEvents.rtp}, {@code PublicationTrack.rtp},
 * {@code SubscriptionTrack.forward}. For the swap: {@code EngineSlot}. {@code Rehearsal} lets all of it run once before the first guests come.
 */
package io.stoa.media.plane;
