/**
 * Interactive Connectivity Establishment (RFC 8445), full or lite, for one connection with one component, trickling (RFC 8838), with
 * consent freshness (RFC 7675) and passive TCP candidates (RFC 6544).
 *
 * <p>{@link io.stoa.ice.IceAgent} is a machine: STUN messages, candidates and time go in; STUN messages, the selected flow and states
 * come out through {@link io.stoa.ice.IceHandler}. It belongs to one thread, opens no socket and reads no clock. It gathers nothing:
 * its owner knows the local endpoints.
 *
 * <p>STUN messages are read and written with ice4j's codec ({@code org.ice4j.message}, which travels inside this bundle). Two
 * attributes are computed here over the raw bytes, MESSAGE-INTEGRITY and FINGERPRINT (RFC 8489 sections 14.5, 14.7), because ice4j ties
 * their encoding to its own socket stack. What is not a STUN message for us is turned away by {@link io.stoa.ice.StunPeek} before any
 * object is made. {@link io.stoa.ice.StunView} and {@link io.stoa.ice.StunWriter} are the raw bytes of any STUN message, for TURN, too.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.3.0")
package io.stoa.ice;
