/**
 * Session descriptions: a model, a parser, a writer, and the rules by which codecs of two sides match.
 *
 * <p>The model is mutable and made for building answers: {@link io.stoa.sdp.SessionDescription} holds media sections
 * ({@link io.stoa.sdp.MediaDescription}) in their order. What a session says for all its sections (ICE, fingerprint, setup) is
 * inherited by the parser, so that readers need to look at sections only. Attributes that are not modelled are kept as they are.
 *
 * <p>Sources: RFC 8866 (SDP), 8829 (JSEP), 8839 (ICE), 8842 (DTLS), 8843 (BUNDLE), 8851 and 8853 (rid, simulcast), 8841 (SCTP).
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.sdp;
