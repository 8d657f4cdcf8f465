/** The media plane: peers on loops, fan-out from published to subscribed tracks, engine swaps. */
package io.stoa.media.plane;
