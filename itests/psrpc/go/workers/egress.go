package main

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// egressWorker records, as far as anybody else can see.
type egressWorker struct {
	*worker
	mu       sync.Mutex
	affinity float32
	refusal  error
	handler  rpc.EgressHandlerServer
	egresses map[string]*livekit.EgressInfo
}

func startEgress(w *worker, affinity float32) *egressWorker {
	e := &egressWorker{worker: w, affinity: affinity, egresses: map[string]*livekit.EgressInfo{}}
	e.handler = must(rpc.NewEgressHandlerServer(e, w.bus))
	internal := must(rpc.NewEgressInternalServer(e, w.bus))
	check(internal.RegisterStartEgressTopic(""))
	check(internal.RegisterListActiveEgressTopic(""))
	w.await("EgressInternal|StartEgress|RCLAIM")
	return e
}

func (e *egressWorker) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.affinity
}

// StartEgress has the egress stored before it is answered, as LiveKit's worker does.
func (e *egressWorker) StartEgress(ctx context.Context, req *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.say("asked", req)
	if e.refusal != nil {
		return nil, e.refusal
	}
	info := &livekit.EgressInfo{EgressId: req.EgressId, RoomId: req.RoomId, RoomName: req.RoomName, Details: e.name, UpdatedAt: now()}
	switch r := req.Request.(type) {
	case *rpc.StartEgressRequest_Egress:
		info.Request = &livekit.EgressInfo_Egress{Egress: r.Egress}
	case *rpc.StartEgressRequest_RoomComposite:
		info.Request = &livekit.EgressInfo_RoomComposite{RoomComposite: r.RoomComposite}
	case *rpc.StartEgressRequest_Web:
		info.Request = &livekit.EgressInfo_Web{Web: r.Web}
	case *rpc.StartEgressRequest_Participant:
		info.Request = &livekit.EgressInfo_Participant{Participant: r.Participant}
	case *rpc.StartEgressRequest_TrackComposite:
		info.Request = &livekit.EgressInfo_TrackComposite{TrackComposite: r.TrackComposite}
	case *rpc.StartEgressRequest_Track:
		info.Request = &livekit.EgressInfo_Track{Track: r.Track}
	}
	if _, err := e.io.CreateEgress(ctx, info); err != nil {
		return nil, err
	}
	if err := e.handler.RegisterStopEgressTopic(req.EgressId); err != nil {
		return nil, err
	}
	if err := e.handler.RegisterUpdateStreamTopic(req.EgressId); err != nil {
		return nil, err
	}
	e.await("EgressHandler|UpdateStream|" + req.EgressId + "|RCLAIM")
	e.egresses[req.EgressId] = info
	return info, nil
}

func (e *egressWorker) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	response := &rpc.ListActiveEgressResponse{}
	for id := range e.egresses {
		response.EgressIds = append(response.EgressIds, id)
	}
	return response, nil
}

// StopEgress answers at once; what was recorded is finished afterwards.
func (e *egressWorker) StopEgress(ctx context.Context, req *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	info, err := e.egress(req.EgressId)
	if err != nil {
		return nil, err
	}
	e.say("stop", req)
	info.Status = livekit.EgressStatus_EGRESS_ENDING
	if err = e.report(ctx, info); err != nil {
		return nil, err
	}
	return proto.CloneOf(info), nil
}

func (e *egressWorker) UpdateStream(ctx context.Context, req *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	info, err := e.egress(req.EgressId)
	if err != nil {
		return nil, err
	}
	e.say("streams", req)
	for _, url := range req.RemoveOutputUrls {
		at := slices.IndexFunc(info.StreamResults, func(s *livekit.StreamInfo) bool { return s.Url == url })
		if at < 0 {
			return nil, psrpc.NewErrorf(psrpc.NotFound, "stream %s is not there", url)
		}
		info.StreamResults[at].Status = livekit.StreamInfo_FINISHED
	}
	for _, url := range req.AddOutputUrls {
		info.StreamResults = append(info.StreamResults, &livekit.StreamInfo{Url: url, StartedAt: now(), Status: livekit.StreamInfo_ACTIVE})
	}
	if err = e.report(ctx, info); err != nil {
		return nil, err
	}
	return proto.CloneOf(info), nil
}

func (e *egressWorker) egress(id string) (*livekit.EgressInfo, error) {
	info := e.egresses[id]
	if info == nil {
		return nil, psrpc.NewErrorf(psrpc.NotFound, "egress %s is not recorded here", id)
	}
	return info, nil
}

func (e *egressWorker) report(ctx context.Context, info *livekit.EgressInfo) error {
	info.UpdatedAt = now()
	_, err := e.io.UpdateEgress(ctx, info)
	return err
}

func (e *egressWorker) do(ctx context.Context, what string, args []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch what {
	case "fit": // how fit it is from now on
		must(fmt.Sscan(args[0], &e.affinity))
		e.say("fit", nil)
		return nil
	case "refuse": // everything from now on
		e.refusal = psrpc.NewErrorf(psrpc.ErrorCode(args[0]), "as the test wishes")
		e.say("refuse", nil)
		return nil
	}
	info, err := e.egress(args[0])
	if err != nil {
		return err
	}
	switch what {
	case "active": // there is something to record
		info.Status = livekit.EgressStatus_EGRESS_ACTIVE
		info.StartedAt = now()
	case "complete", "limit":
		info.Status = livekit.EgressStatus_EGRESS_COMPLETE
		if what == "limit" {
			info.Status = livekit.EgressStatus_EGRESS_LIMIT_REACHED
			info.Error = "Session limit reached"
		}
		info.FileResults = []*livekit.FileInfo{{Filename: "x.mp4", Size: 1234, Location: "/out/x.mp4"}}
		e.end(info)
	case "fail":
		info.Status = livekit.EgressStatus_EGRESS_FAILED
		info.Error = "no disk"
		info.ErrorCode = 500
		e.end(info)
	default:
		return fmt.Errorf("what is %s?", what)
	}
	if err = e.report(ctx, info); err != nil {
		return err
	}
	e.say(what, info)
	return nil
}

func (e *egressWorker) end(info *livekit.EgressInfo) {
	info.EndedAt = now()
	e.handler.DeregisterStopEgressTopic(info.EgressId)
	e.handler.DeregisterUpdateStreamTopic(info.EgressId)
	delete(e.egresses, info.EgressId)
}
