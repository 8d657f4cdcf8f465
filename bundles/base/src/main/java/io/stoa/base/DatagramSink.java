package io.stoa.base;

import org.osgi.annotation.versioning.ConsumerType;

/** Where a machine puts datagrams to be sent. The bytes are taken before the call returns; the caller may reuse the array. */
@FunctionalInterface
@ConsumerType
public interface DatagramSink {
    void send(Flow flow, byte[] bytes, int offset, int length);
}
