package io.stoa.room.live;

import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalResponse;

/** {@code leave} messages for every protocol version (spec 4.7). */
final class Leaves {
    private Leaves() {}

    static SignalResponse of(int protocol, LeaveRequest.Action action, DisconnectReason reason) {
        LeaveRequest.Builder leave = LeaveRequest.newBuilder().setReason(reason);
        if (protocol >= 13) leave.setAction(action);
        else leave.setCanReconnect(action != LeaveRequest.Action.DISCONNECT);
        return SignalResponse.newBuilder().setLeave(leave).build();
    }
}
