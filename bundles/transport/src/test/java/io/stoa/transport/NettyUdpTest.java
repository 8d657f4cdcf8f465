package io.stoa.transport;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same by the sockets of Netty, where those of our own are not wanted or not possible. */
class NettyUdpTest extends UdpTest {
    @BeforeAll
    static void byNetty() {
        System.setProperty(LinuxProbe.PROPERTY, "netty");
    }

    @AfterAll
    static void asItIs() {
        System.clearProperty(LinuxProbe.PROPERTY);
    }
}
