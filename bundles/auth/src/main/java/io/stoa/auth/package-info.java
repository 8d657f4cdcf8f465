/**
 * Access tokens: what a JWT says ({@link io.stoa.auth.Claims}), whether it may say it ({@link io.stoa.auth.AccessTokens}), and where keys
 * come from ({@link io.stoa.auth.KeyProvider}). No IO, no clock: time is an argument.
 *
 * <p>HS256 only, with the JDK's Mac, because LiveKit's secrets may be short. Neither tokens nor secrets appear in messages.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.auth;
