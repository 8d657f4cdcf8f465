/**
 * The forwarding engine: which packets of a track go to a subscriber, and with which numbers.
 *
 * <p>{@code LayerForwarder} owns one (track, subscriber): it chooses a simulcast layer, switches at key frames, and
 * renumbers sequence, time and VP8 picture ids ({@code SequenceMap}, {@code TimestampBridge}, {@code Vp8Bridge}) so that the
 * subscriber sees one stream without a break. Of a stream with layers in it {@code DecodeTargetSelector} chooses the frames. Audio goes
 * through whole.
 *
 * <p>This is the bundle that is replaced while people talk. It keeps no statics, threads or thread-locals, so that its class loader
 * becomes garbage with its last forwarder; all state leaves as a {@link io.stoa.media.ForwarderState}.
 */
package io.stoa.forward;
