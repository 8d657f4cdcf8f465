package main

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// ingressWorker receives what is pushed and fetches what is to be pulled, as far as anybody else can see.
type ingressWorker struct {
	*worker
	affinity float32
	handler  rpc.IngressHandlerServer
	mu       sync.Mutex
	sessions map[string]*livekit.IngressInfo
}

func startIngress(w *worker, affinity float32) *ingressWorker {
	i := &ingressWorker{worker: w, affinity: affinity, sessions: map[string]*livekit.IngressInfo{}}
	i.handler = must(rpc.NewIngressHandlerServer(i, w.bus))
	internal := must(rpc.NewIngressInternalServer(i, w.bus))
	check(internal.RegisterListActiveIngressTopic(""))
	w.await("IngressInternal|StartIngress|RCLAIM")
	return i
}

func (i *ingressWorker) StartIngressAffinity(context.Context, *rpc.StartIngressRequest) float32 {
	return i.affinity
}

// StartIngress begins to fetch. It is the worker that has the ingress stored.
func (i *ingressWorker) StartIngress(ctx context.Context, req *rpc.StartIngressRequest) (*livekit.IngressInfo, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.say("asked", req)
	info := proto.CloneOf(req.Info)
	if _, err := i.io.CreateIngress(ctx, info); err != nil {
		return nil, err
	}
	if err := i.begin(ctx, info); err != nil {
		return nil, err
	}
	return proto.CloneOf(info), nil
}

func (i *ingressWorker) ListActiveIngress(context.Context, *rpc.ListActiveIngressRequest) (*rpc.ListActiveIngressResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	response := &rpc.ListActiveIngressResponse{}
	for id, info := range i.sessions {
		response.IngressSessions = append(response.IngressSessions, &rpc.IngressSession{IngressId: id, ResourceId: info.State.ResourceId})
	}
	return response, nil
}

func (i *ingressWorker) begin(ctx context.Context, info *livekit.IngressInfo) error {
	info.State = &livekit.IngressState{Status: livekit.IngressState_ENDPOINT_BUFFERING, StartedAt: now(), ResourceId: "RS_" + i.name}
	if err := i.handler.RegisterUpdateIngressTopic(info.IngressId); err != nil {
		return err
	}
	if err := i.handler.RegisterDeleteIngressTopic(info.IngressId); err != nil {
		return err
	}
	i.await("IngressHandler|DeleteIngress|" + info.IngressId + "|RCLAIM")
	i.sessions[info.IngressId] = info
	return i.report(ctx, info)
}

func (i *ingressWorker) report(ctx context.Context, info *livekit.IngressInfo) error {
	info.State.UpdatedAt = now()
	_, err := i.io.UpdateIngressState(ctx, &rpc.UpdateIngressStateRequest{IngressId: info.IngressId, State: info.State})
	return err
}

// end is the end of a session; what ended well leaves one that can be used again at rest.
func (i *ingressWorker) end(ctx context.Context, info *livekit.IngressInfo, status livekit.IngressState_Status, reason string) error {
	info.State.Status = status
	info.State.Error = reason
	info.State.EndedAt = now()
	i.handler.DeregisterUpdateIngressTopic(info.IngressId)
	i.handler.DeregisterDeleteIngressTopic(info.IngressId)
	delete(i.sessions, info.IngressId)
	return i.report(ctx, info)
}

func (i *ingressWorker) UpdateIngress(_ context.Context, req *livekit.UpdateIngressRequest) (*livekit.IngressState, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.say("update", req)
	return i.sessions[req.IngressId].State, nil
}

// DeleteIngress ends the session and reports that before it answers.
func (i *ingressWorker) DeleteIngress(ctx context.Context, req *livekit.DeleteIngressRequest) (*livekit.IngressState, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.say("delete", req)
	info := i.sessions[req.IngressId]
	return info.State, i.end(ctx, info, livekit.IngressState_ENDPOINT_INACTIVE, "")
}

func (i *ingressWorker) DeleteWHIPResource(context.Context, *rpc.DeleteWHIPResourceRequest) (*emptypb.Empty, error) {
	return nil, psrpc.ErrUnimplemented
}

func (i *ingressWorker) ICERestartWHIPResource(context.Context, *rpc.ICERestartWHIPResourceRequest) (*rpc.ICERestartWHIPResourceResponse, error) {
	return nil, psrpc.ErrUnimplemented
}

func (i *ingressWorker) WHIPRTCConnectionNotify(context.Context, *rpc.WHIPRTCConnectionNotifyRequest) (*emptypb.Empty, error) {
	return nil, psrpc.ErrUnimplemented
}

func (i *ingressWorker) do(ctx context.Context, what string, args []string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if what == "push" { // somebody has connected with a stream key
		response, err := i.io.GetIngressInfo(ctx, &rpc.GetIngressInfoRequest{StreamKey: args[0]})
		if err != nil {
			return err
		}
		if response.Info.Enabled != nil && !*response.Info.Enabled {
			return psrpc.NewErrorf(psrpc.PermissionDenied, "it is switched off")
		}
		if err = i.begin(ctx, response.Info); err != nil {
			return err
		}
		i.say(what, response)
		return nil
	}
	info := i.sessions[args[0]]
	if info == nil {
		return fmt.Errorf("nobody sends %s", args[0])
	}
	var err error
	switch what {
	case "publish": // its media has arrived in the room
		info.State.Status = livekit.IngressState_ENDPOINT_PUBLISHING
		info.State.RoomId = "RM_1"
		info.State.Video = &livekit.InputVideoState{MimeType: "video/h264", Width: 1280, Height: 720, Framerate: 30}
		info.State.Audio = &livekit.InputAudioState{MimeType: "audio/aac", Channels: 2, SampleRate: 44100}
		info.State.Tracks = []*livekit.TrackInfo{{Sid: "TR_1", Type: livekit.TrackType_VIDEO}}
		err = i.report(ctx, info)
	case "bitrate": // a report that changes no status
		info.State.Video.AverageBitrate = 1_000_000
		err = i.report(ctx, info)
	case "leave":
		err = i.end(ctx, info, livekit.IngressState_ENDPOINT_INACTIVE, "")
	case "complete":
		err = i.end(ctx, info, livekit.IngressState_ENDPOINT_COMPLETE, "")
	case "fail":
		err = i.end(ctx, info, livekit.IngressState_ENDPOINT_ERROR, "unsupported codec")
	case "late": // a report of a session before this one
		state := proto.CloneOf(info.State)
		state.StartedAt -= 1_000_000_000
		state.Status = livekit.IngressState_ENDPOINT_ERROR
		_, err = i.io.UpdateIngressState(ctx, &rpc.UpdateIngressStateRequest{IngressId: info.IngressId, State: state})
	default:
		err = fmt.Errorf("what is %s?", what)
	}
	if err == nil {
		i.say(what, info)
	}
	return err
}
