/**
 * Remote procedure calls: services as a whiteboard ({@link io.stoa.rpc.RpcEndpoint}), their errors, and the message bus inside one
 * process.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.rpc;
