/** RPC endpoints as a whiteboard, and the in-process message bus. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.rpc;
