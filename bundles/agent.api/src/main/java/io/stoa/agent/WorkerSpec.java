package io.stoa.agent;

/**
 * Who has opened a worker's WebSocket.
 *
 * @param apiKey of the token by which it came; signs the tokens of its jobs
 * @param protocol version of the worker protocol that it says it speaks; only recorded
 * @param address of the client
 */
public record WorkerSpec(String apiKey, int protocol, String address) {}
