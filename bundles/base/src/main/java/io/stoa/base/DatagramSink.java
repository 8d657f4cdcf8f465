package io.stoa.base;

/** Where a machine puts datagrams to be sent. The bytes are taken before the call returns; the caller may reuse the array. */
@FunctionalInterface
public interface DatagramSink {
    void send(Flow flow, byte[] bytes, int offset, int length);
}
