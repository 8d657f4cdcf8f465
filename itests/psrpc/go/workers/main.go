// Workers as LiveKit's egress, ingress and SIP services are, without their media: they take work, say what becomes of it and are told
// what is to change, by LiveKit's own modules. A test says by lines on their input what happens to the media, and hears by lines on their
// output what they were asked and answered: a word, and JSON.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// worker is what all kinds have in common.
type worker struct {
	name  string
	redis *redis.Client
	bus   psrpc.MessageBus
	io    rpc.IOInfoClient
	out   chan string
}

// does is a kind of worker at work.
type does interface {
	do(ctx context.Context, what string, args []string) error
}

// Usage: workers egress|ingress|sip <address of Redis> <name> <affinity>
func main() {
	w := &worker{name: os.Args[3], out: make(chan string, 1000)}
	w.redis = redis.NewClient(&redis.Options{Addr: os.Args[2]})
	w.bus = psrpc.NewRedisMessageBus(w.redis)
	w.io = must(rpc.NewIOInfoClient(w.bus))
	go func() {
		for line := range w.out {
			fmt.Println(line)
		}
	}()
	var affinity float32
	must(fmt.Sscan(os.Args[4], &affinity))
	var kind does
	switch os.Args[1] {
	case "egress":
		kind = startEgress(w, affinity)
	case "ingress":
		kind = startIngress(w, affinity)
	case "sip":
		kind = startSIP(w)
	default:
		check(fmt.Errorf("what is %s?", os.Args[1]))
	}
	w.say("ready", nil)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		if err := kind.do(ctx, words[0], words[1:]); err != nil {
			w.fail(words[0], err)
		}
		cancel()
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

// say tells a word and what it is about.
func (w *worker) say(word string, about proto.Message) {
	text := "{}"
	if about != nil {
		text = string(must(protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(about)))
	}
	w.out <- word + " " + text
}

// fail tells that what was to be done was refused.
func (w *worker) fail(what string, err error) {
	code := "none"
	var failure psrpc.Error
	if errors.As(err, &failure) {
		code = string(failure.Code())
	}
	w.out <- "failed " + string(must(json.Marshal(map[string]string{"what": what, "code": code, "message": err.Error()})))
}

// psrpc's subscriptions are asked for in order, but not confirmed.
func (w *worker) await(channel string) {
	for must(w.redis.PubSubNumSub(context.Background(), channel).Result())[channel] == 0 {
		time.Sleep(5 * time.Millisecond)
	}
}

// now is the time as LiveKit's messages have it.
func now() int64 {
	return time.Now().UnixNano()
}
