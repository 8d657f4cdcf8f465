package io.stoa.rpc.psrpc;

import io.stoa.cluster.MessageBus;
import io.stoa.rpc.InProcessMessageBus;

class PsrpcInProcessTest extends PsrpcScenarios {
    private final InProcessMessageBus bus = new InProcessMessageBus();

    @Override
    protected MessageBus bus() {
        return bus;
    }
}
