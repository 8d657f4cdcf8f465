/**
 * Packet input and output, on Netty's loops: native epoll where there is Linux, NIO elsewhere.
 *
 * <p>{@code NettyPacketIo} binds the sockets and makes one {@code NettyLoop} per media loop, each with a thread of its own
 * ({@code media-k}). A loop reads datagrams into a batch, hands the batch to the media plane, does so again if more has come
 * meanwhile ({@code TurnReader}), arms a timer for the next deadline and flushes every socket once. {@code UdpSocket} knows the flows
 * of a port: {@code LinuxUdpSocket} by system calls of our own (recvmmsg, sendmmsg, datagrams that the kernel cuts and puts together),
 * {@code NettyUdpSocket} where those do not work. {@code TcpConnection} takes ICE/TCP connections (RFC 6544, frames of RFC 4571) and gives
 * each to the loop whose peer its first STUN message names.
 *
 * <p>{@code MachineAddresses} says beforehand at which addresses that is, and how others see them; it may ask STUN servers
 * ({@code ExternalAddresses}).
 *
 * <p>{@code LoopbackIo} is the same once more with one loop and ports of loopback, for a rehearsal.
 *
 * <p>Not here: TURN.
 */
package io.stoa.transport;
