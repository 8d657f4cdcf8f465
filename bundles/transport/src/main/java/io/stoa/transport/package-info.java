/** Portable packet input and output: Netty, media loops, sockets, timers. */
package io.stoa.transport;
