/** Jetty: servlet-free handlers, CORS, limits, WebSocket conventions. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.http;
