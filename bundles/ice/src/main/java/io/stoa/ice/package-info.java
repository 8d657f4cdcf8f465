/** ICE agent and candidates; STUN messages by ice4j. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.ice;
