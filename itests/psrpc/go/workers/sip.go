package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// sipWorker makes and takes calls, as far as anybody else can see.
type sipWorker struct {
	*worker
	server rpc.SIPInternalServer
	mu     sync.Mutex
	calls  map[string]*livekit.SIPCallInfo
}

func startSIP(w *worker) *sipWorker {
	s := &sipWorker{worker: w, calls: map[string]*livekit.SIPCallInfo{}}
	s.server = must(rpc.NewSIPInternalServer(s, w.bus))
	check(s.server.RegisterCreateSIPParticipantTopic(""))
	w.await("SIPInternal|CreateSIPParticipant|RCLAIM")
	return s
}

// CreateSIPParticipant calls. Number 486 is busy.
func (s *sipWorker) CreateSIPParticipant(ctx context.Context, req *rpc.InternalCreateSIPParticipantRequest) (*rpc.InternalCreateSIPParticipantResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say("asked", req)
	call := &livekit.SIPCallInfo{
		CallId: req.SipCallId, TrunkId: req.SipTrunkId, RoomName: req.RoomName, ParticipantIdentity: req.ParticipantIdentity,
		ParticipantAttributes: req.ParticipantAttributes, CallDirection: livekit.SIPCallDirection_SCD_OUTBOUND, CreatedAtNs: now(),
	}
	if err := s.report(ctx, call, livekit.SIPCallStatus_SCS_CALL_INCOMING); err != nil {
		return nil, err
	}
	if req.CallTo == "486" {
		busy := &livekit.SIPStatus{Code: livekit.SIPStatusCode_SIP_STATUS_BUSY_HERE, Status: "Busy Here"}
		call.CallStatusCode = busy
		if err := s.report(ctx, call, livekit.SIPCallStatus_SCS_ERROR); err != nil {
			return nil, err
		}
		return nil, psrpc.NewError(psrpc.ResourceExhausted, busy, busy)
	}
	if err := s.server.RegisterTransferSIPParticipantTopic(req.SipCallId); err != nil {
		return nil, err
	}
	s.await("SIPInternal|TransferSIPParticipant|" + req.SipCallId + "|RCLAIM")
	s.calls[req.SipCallId] = call
	return &rpc.InternalCreateSIPParticipantResponse{ParticipantId: "PA_" + s.name, ParticipantIdentity: req.ParticipantIdentity, SipCallId: req.SipCallId}, nil
}

func (s *sipWorker) report(ctx context.Context, call *livekit.SIPCallInfo, status livekit.SIPCallStatus) error {
	call.CallStatus = status
	_, err := s.io.UpdateSIPCallState(ctx, &rpc.UpdateSIPCallStateRequest{CallInfo: call})
	return err
}

// TransferSIPParticipant gives the call away. Who is at tel:+486 does not want it.
func (s *sipWorker) TransferSIPParticipant(ctx context.Context, req *rpc.InternalTransferSIPParticipantRequest) (*rpc.InternalTransferSIPParticipantResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say("transfer", req)
	transfer := &livekit.SIPTransferInfo{TransferId: "STR_" + s.name, CallId: req.SipCallId, TransferTo: req.TransferTo, TransferInitiatedAtNs: now()}
	if req.TransferTo == "tel:+486" {
		declined := &livekit.SIPStatus{Code: livekit.SIPStatusCode_SIP_STATUS_GLOBAL_DECLINE, Status: "Decline"}
		return nil, psrpc.NewError(psrpc.PermissionDenied, declined, declined)
	}
	if _, err := s.io.UpdateSIPCallState(ctx, &rpc.UpdateSIPCallStateRequest{TransferInfo: transfer}); err != nil {
		return nil, err
	}
	return &rpc.InternalTransferSIPParticipantResponse{
		TransferId: transfer.TransferId, Status: livekit.SIPTransferStatus_STS_TRANSFER_SUCCESSFUL, Reason: livekit.SIPTransferReason_STR_COMPLETED,
		SipStatus: &livekit.SIPStatus{Code: livekit.SIPStatusCode_SIP_STATUS_OK},
	}, nil
}

func (s *sipWorker) do(ctx context.Context, what string, args []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch what {
	case "call": // somebody calls: from, to, source address, and the pin if one was dialled
		return s.answer(ctx, args)
	case "answered":
		return s.report(ctx, s.calls[args[0]], livekit.SIPCallStatus_SCS_ACTIVE)
	case "hang-up":
		call := s.calls[args[0]]
		call.DisconnectReason = livekit.DisconnectReason_CLIENT_INITIATED
		if err := s.report(ctx, call, livekit.SIPCallStatus_SCS_DISCONNECTED); err != nil {
			return err
		}
		if _, err := s.io.RecordCallContext(ctx, &rpc.RecordCallContextRequest{CallInfo: call}); err != nil {
			return err
		}
		s.server.DeregisterTransferSIPParticipantTopic(args[0])
		delete(s.calls, args[0])
		s.say(what, call)
		return nil
	default:
		return fmt.Errorf("what is %s?", what)
	}
}

// answer asks first whether the caller has a password to give, then where the call goes.
func (s *sipWorker) answer(ctx context.Context, args []string) error {
	call := &rpc.SIPCall{
		LkCallId: "SCL_" + s.name, SourceIp: args[2], SipCallId: "1@" + args[2],
		From: &livekit.SIPUri{User: args[0], Host: "carrier.example", Ip: args[2]}, To: &livekit.SIPUri{User: args[1], Host: "here.example"},
	}
	call.Address = call.To
	auth, err := s.io.GetSIPTrunkAuthentication(ctx, &rpc.GetSIPTrunkAuthenticationRequest{Call: call})
	if err != nil {
		return err
	}
	s.say("authentication", auth)
	request := &rpc.EvaluateSIPDispatchRulesRequest{SipTrunkId: auth.SipTrunkId, Call: call, ExtraAttributes: map[string]string{"sip.h.x": "1"}}
	if len(args) > 3 {
		request.Pin = args[3]
		request.NoPin = args[3] == "none"
		if request.NoPin {
			request.Pin = ""
		}
	}
	dispatch, err := s.io.EvaluateSIPDispatchRules(ctx, request)
	if err != nil {
		return err
	}
	s.say("dispatch", dispatch)
	return nil
}
