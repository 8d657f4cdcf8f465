/** SCTP association, streams, partial reliability and DCEP data channels. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.sctp;
