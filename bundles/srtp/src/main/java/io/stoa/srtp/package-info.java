/** The SrtpEngine contract and jitsi-srtp as the portable engine. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.srtp;
