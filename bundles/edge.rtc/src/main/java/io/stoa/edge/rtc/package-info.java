/** The /rtc and /rtc/v1 WebSockets and their validation. */
package io.stoa.edge.rtc;
