/** Signal server: sessions, join, resume, reconnect. */
package io.stoa.signal;
