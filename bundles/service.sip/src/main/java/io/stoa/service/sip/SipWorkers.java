package io.stoa.service.sip;

import io.stoa.protocol.rpc.InternalCreateSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantResponse;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.time.Duration;

/** Those who speak SIP (spec 7.5, {@code SIPInternal}). */
interface SipWorkers {
    /** Nobody is reached, and that is said at once. */
    SipWorkers NONE = new SipWorkers() {
        @Override
        public InternalCreateSIPParticipantResponse call(InternalCreateSIPParticipantRequest request, Duration timeout) throws RpcException {
            throw absent();
        }

        @Override
        public InternalTransferSIPParticipantResponse transfer(InternalTransferSIPParticipantRequest request, Duration timeout) throws RpcException {
            throw absent();
        }

        private RpcException absent() {
            return new RpcException(RpcCode.UNAVAILABLE, "no SIP worker is connected");
        }
    };

    /** Whoever takes it. */
    InternalCreateSIPParticipantResponse call(InternalCreateSIPParticipantRequest request, Duration timeout) throws RpcException;

    /** The one that has the call. */
    InternalTransferSIPParticipantResponse transfer(InternalTransferSIPParticipantRequest request, Duration timeout) throws RpcException;
}
