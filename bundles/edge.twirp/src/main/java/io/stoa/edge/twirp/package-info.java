/** Twirp (spec 1.4): {@code POST /twirp/<service>/<method>} in protobuf or JSON for every registered {@link io.stoa.rpc.RpcEndpoint}. */
package io.stoa.edge.twirp;
