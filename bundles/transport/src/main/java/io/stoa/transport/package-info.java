/**
 * The portable packet input and output, on Netty: native epoll with recvmmsg and sendmmsg where there is Linux, NIO elsewhere.
 *
 * <p>{@code NettyPacketIo} binds the sockets and makes one {@code NettyLoop} per media loop, each with a thread of its own
 * ({@code media-k}). A loop reads datagrams into a batch, hands the batch to the media plane, does so again if more has come
 * meanwhile ({@code TurnReader}), arms a timer for the next deadline and flushes every socket once. {@code UdpSocket} knows the flows
 * of a port; {@code TcpAcceptor} takes ICE/TCP connections (RFC 6544, frames of RFC 4571) and gives each to the loop whose peer its
 * first STUN message names.
 *
 * <p>{@code MachineAddresses} says beforehand at which addresses that is, and how others see them; it may ask STUN servers
 * ({@code ExternalAddresses}).
 *
 * <p>Not here: TURN, offload of what is received.
 */
package io.stoa.transport;
