// A worker as LiveKit's egress, ingress and SIP services are: it speaks psrpc by LiveKit's own modules. What it is to do comes by lines on
// its input, what became of it goes by lines to its output; a test drives it.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

type worker struct {
	name      string
	affinity  float32
	redis     *redis.Client
	bus       psrpc.MessageBus
	out       chan string
	io        rpc.IOInfoClient
	rooms     rpc.RoomClient[livekit.RoomName]
	agents    rpc.AgentInternalClient
	signal    rpc.SignalClient[livekit.NodeID]
	keepalive rpc.KeepaliveClient[livekit.NodeID]
	pings     rpc.KeepaliveServer[livekit.NodeID]
	handler   rpc.EgressHandlerServer
}

func main() {
	w := &worker{name: os.Args[2], out: make(chan string, 1000)}
	fmt.Sscan(os.Args[3], &w.affinity)
	w.redis = redis.NewClient(&redis.Options{Addr: os.Args[1]})
	w.bus = psrpc.NewRedisMessageBus(w.redis)
	go func() {
		for line := range w.out {
			fmt.Println(line)
		}
	}()
	w.start()
	w.say("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		go w.do(words[0], words[1:])
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func check(err error) {
	must(0, err)
}

func (w *worker) say(format string, args ...any) {
	w.out <- fmt.Sprintf(format, args...)
}

// psrpc's subscriptions are asked for in order, but not confirmed.
func (w *worker) await(channel string) {
	for must(w.redis.PubSubNumSub(context.Background(), channel).Result())[channel] == 0 {
		time.Sleep(5 * time.Millisecond)
	}
}

func (w *worker) start() {
	w.io = must(rpc.NewIOInfoClient(w.bus))
	w.rooms = must(rpc.NewRoomClient[livekit.RoomName](w.bus))
	w.agents = must(rpc.NewAgentInternalClient(w.bus))
	w.signal = must(rpc.NewSignalClient[livekit.NodeID](w.bus))
	w.keepalive = must(rpc.NewKeepaliveClient[livekit.NodeID](w.bus))
	w.pings = must(rpc.NewKeepaliveServer[livekit.NodeID](nil, w.bus))
	internal := must(rpc.NewEgressInternalServer(w, w.bus))
	check(internal.RegisterStartEgressTopic(""))
	check(internal.RegisterListActiveEgressTopic(""))
	w.handler = must(rpc.NewEgressHandlerServer(w, w.bus))
	signal := must(rpc.NewSignalServer[livekit.NodeID](w, w.bus))
	check(signal.RegisterRelaySignalTopic(livekit.NodeID("ND-" + w.name)))
	w.await("Signal|RelaySignal|NDu+002d" + w.name + "|STR")
}

func (w *worker) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 {
	return w.affinity
}

func (w *worker) StartEgress(ctx context.Context, req *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	if err := w.handler.RegisterStopEgressTopic(req.EgressId); err != nil {
		return nil, err
	}
	if err := w.handler.RegisterUpdateStreamTopic(req.EgressId); err != nil {
		return nil, err
	}
	w.await("EgressHandler|UpdateStream|" + req.EgressId + "|RCLAIM")
	return &livekit.EgressInfo{EgressId: req.EgressId, RoomName: req.RoomName, Details: w.name}, nil
}

func (w *worker) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	return &rpc.ListActiveEgressResponse{EgressIds: []string{w.name}}, nil
}

func (w *worker) StopEgress(_ context.Context, req *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	return &livekit.EgressInfo{EgressId: req.EgressId, Status: livekit.EgressStatus_EGRESS_ENDING, Details: w.name}, nil
}

func (w *worker) UpdateStream(_ context.Context, req *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewError(psrpc.UnprocessableEntity, errors.New("no stream in "+req.EgressId), &livekit.EgressInfo{EgressId: req.EgressId})
}

// RelaySignal says everything again.
func (w *worker) RelaySignal(stream psrpc.ServerStream[*rpc.RelaySignalResponse, *rpc.RelaySignalRequest]) error {
	for request := range stream.Channel() {
		if request.Close {
			return psrpc.NewErrorf(psrpc.ResourceExhausted, "closed as asked")
		}
		if err := stream.Send(&rpc.RelaySignalResponse{Seq: request.Seq}); err != nil {
			return err
		}
	}
	w.say("stream ended: %v", stream.Err())
	return nil
}

func (w *worker) do(what string, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	switch what {
	case "get-egress":
		w.answer(w.io.GetEgress(ctx, &rpc.GetEgressRequest{EgressId: args[0]}))
	case "update-egress":
		_, err := w.io.UpdateEgress(ctx, &livekit.EgressInfo{EgressId: args[0], Status: livekit.EgressStatus_EGRESS_ACTIVE})
		w.answer(nil, err)
	case "get-participant":
		participant, err := w.rooms.GetParticipant(ctx, livekit.RoomName(args[0]), &livekit.RoomParticipantIdentity{Room: args[0], Identity: args[1]})
		if err == nil {
			w.say("participant %s", participant.Identity)
			return
		}
		w.answer(nil, err)
	case "job":
		response, err := w.agents.JobRequest(ctx, args[0], "room", &livekit.Job{Id: args[1]})
		if err == nil {
			w.say("job of %s", response.State.WorkerId)
			return
		}
		w.answer(nil, err)
	case "enabled":
		answers := must(w.agents.CheckEnabled(ctx, &rpc.CheckEnabledRequest{}, psrpc.WithRequestTimeout(time.Second)))
		for answer := range answers {
			w.say("enabled %v", answer.Result.GetAgentNames())
		}
		w.say("enabled no more")
	case "ping":
		check(w.pings.PublishPing(ctx, livekit.NodeID(args[0]), &rpc.KeepalivePing{Timestamp: 42}))
	case "listen":
		pings := must(w.keepalive.SubscribePing(context.Background(), livekit.NodeID(args[0])))
		w.await("Keepalive|Ping|" + args[0] + "|REQ")
		w.say("listening")
		for ping := range pings.Channel() {
			w.say("ping %d", ping.Timestamp)
		}
	case "relay":
		w.relay(ctx, livekit.NodeID(args[0]))
	default:
		w.say("what is %s?", what)
	}
}

func (w *worker) relay(ctx context.Context, node livekit.NodeID) {
	stream, err := w.signal.RelaySignal(ctx, node)
	if err != nil {
		w.answer(nil, err)
		return
	}
	for seq := uint64(1); seq <= 50; seq++ {
		if err := stream.Send(&rpc.RelaySignalRequest{Seq: seq}); err != nil {
			w.answer(nil, err)
			return
		}
		if answer := <-stream.Channel(); answer.GetSeq() != seq {
			w.say("answer %d to %d", answer.GetSeq(), seq)
		}
	}
	w.say("relayed")
	_ = stream.Send(&rpc.RelaySignalRequest{Close: true})
	for range stream.Channel() {
	}
	w.answer(nil, stream.Err())
}

func (w *worker) answer(info *livekit.EgressInfo, err error) {
	var failure psrpc.Error
	switch {
	case errors.As(err, &failure):
		w.say("error %s: %s %v", failure.Code(), failure.Error(), failure.Details())
	case err != nil:
		w.say("error of no code: %v", err)
	case info != nil:
		w.say("egress %s %s", info.EgressId, info.Details)
	default:
		w.say("done")
	}
}
