/** DTLS 1.2 handshake by Bouncy Castle behind one interface, with SRTP key export. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.dtls;
