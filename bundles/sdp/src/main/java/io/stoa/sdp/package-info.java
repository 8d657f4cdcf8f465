/** SDP model, parser, writer and offer/answer rules. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.sdp;
