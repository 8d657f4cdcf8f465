/** Twirp over HTTP for every RPC endpoint. */
package io.stoa.edge.twirp;
