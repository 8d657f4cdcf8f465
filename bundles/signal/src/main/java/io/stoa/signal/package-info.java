/**
 * Signalling sessions between a WebSocket and a room: start or resume, pings answered at once, tokens refreshed. What a request means is
 * the room's business.
 */
package io.stoa.signal;
