// Calls of LiveKit's Go SDK, of which its egress and SIP workers and its command line are made, over the nodes in URLS.
package calls

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

const patience = 15 * time.Second

var (
	vp8  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	h264 = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000}
	opus = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
)

func urls() []string {
	if said := os.Getenv("URLS"); said != "" {
		return strings.Split(said, ",")
	}
	return []string{"ws://127.0.0.1:7880"}
}

var unique = fmt.Sprint(time.Now().UnixNano())

// A participant with what has happened to it.
type participant struct {
	t      *testing.T
	room   *lksdk.Room
	mu     sync.Mutex
	tracks map[string]*received // by name
	pubs   map[string]*lksdk.RemoteTrackPublication
	events []string
}

// What has come of a track: the numbers of its frames.
type received struct {
	mu      sync.Mutex
	codec   string
	layers  []byte
	numbers []uint32
}

func (r *received) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.numbers)
}

// Of the frames from the one at that index on, beside the first so many of them: which are missing.
func (r *received) missing(from int, beside uint32) (missing []uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[uint32]bool{}
	first := r.numbers[from] + beside
	highest := first
	for _, number := range r.numbers[from:] {
		if number >= first {
			seen[number] = true
			highest = max(highest, number)
		}
	}
	for number := first; number <= highest; number++ {
		if !seen[number] {
			missing = append(missing, number)
		}
	}
	return missing
}

func (r *received) layer() byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.layers) == 0 {
		return 255
	}
	return r.layers[len(r.layers)-1]
}

func join(t *testing.T, node int, identity string, options ...lksdk.ConnectOption) *participant {
	t.Helper()
	p := &participant{t: t, tracks: map[string]*received{}, pubs: map[string]*lksdk.RemoteTrackPublication{}}
	callback := &lksdk.RoomCallback{
		OnParticipantConnected:    func(rp *lksdk.RemoteParticipant) { p.happened("joined " + rp.Identity()) },
		OnParticipantDisconnected: func(rp *lksdk.RemoteParticipant) { p.happened("left " + rp.Identity()) },
		OnReconnecting:            func() { p.happened("reconnecting") },
		OnReconnected:             func() { p.happened("reconnected") },
		ParticipantCallback: lksdk.ParticipantCallback{
			OnTrackSubscribed: func(track *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
				r := &received{codec: strings.ToLower(track.Codec().MimeType)}
				p.mu.Lock()
				p.tracks[pub.Name()], p.pubs[pub.Name()] = r, pub
				p.mu.Unlock()
				p.happened("subscribed " + pub.Name())
				go r.read(track)
			},
			OnTrackUnsubscribed: func(_ *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
				p.happened("unsubscribed " + pub.Name())
			},
			OnTrackMuted:   func(pub lksdk.TrackPublication, _ lksdk.Participant) { p.happened("muted " + pub.Name()) },
			OnTrackUnmuted: func(pub lksdk.TrackPublication, _ lksdk.Participant) { p.happened("unmuted " + pub.Name()) },
			OnDataPacket: func(data lksdk.DataPacket, params lksdk.DataReceiveParams) {
				if user := data.ToProto().GetUser(); user != nil {
					p.happened("data " + string(user.Payload) + " of " + params.SenderIdentity)
				}
			},
		},
	}
	all := urls()
	room, err := lksdk.ConnectToRoom(all[node%len(all)], lksdk.ConnectInfo{
		APIKey: "devkey", APISecret: "secret", RoomName: strings.ReplaceAll(t.Name(), "/", "-") + "-" + unique, ParticipantIdentity: identity,
	}, callback, options...)
	if err != nil {
		t.Fatalf("%s does not get in: %v", identity, err)
	}
	p.room = room
	t.Cleanup(room.Disconnect)
	return p
}

func (p *participant) happened(event string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, event)
}

func (p *participant) saw(event string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.events {
		if one == event {
			return true
		}
	}
	return false
}

func (p *participant) awaits(event string) {
	p.t.Helper()
	await(p.t, event, func() bool { return p.saw(event) })
}

func (p *participant) track(name string) *received {
	p.t.Helper()
	p.awaits("subscribed " + name)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tracks[name]
}

func (p *participant) receives(name string, more int) *received {
	p.t.Helper()
	r := p.track(name)
	from := r.count()
	await(p.t, fmt.Sprintf("%d frames of %s", more, name), func() bool { return r.count() >= from+more })
	return r
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

func (r *received) read(track *webrtc.TrackRemote) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		frame := packet.Payload
		if r.codec == "video/vp8" && len(frame) > 0 {
			if frame, err = (&codecs.VP8Packet{}).Unmarshal(packet.Payload); err != nil {
				continue
			}
		}
		if len(frame) < 100 {
			continue // padding, parameter sets
		}
		r.mu.Lock()
		layer, number := trailerOf(frame)
		r.layers = append(r.layers, layer)
		r.numbers = append(r.numbers, number)
		r.mu.Unlock()
	}
}

// A frame ends with its layer and its number, of which no byte can be taken for a start code; it begins as a key frame of its codec does.
const trailer = 5

func trailerOf(frame []byte) (layer byte, number uint32) {
	end := frame[len(frame)-trailer:]
	for _, part := range end[1:] {
		number = number<<7 | uint32(part&0x7f)
	}
	return end[0] & 0x7f, number
}

func frame(codec string, layer byte, number uint32) []byte {
	begin := []byte{0xfc}
	switch codec {
	case webrtc.MimeTypeVP8:
		begin = []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00}
	case webrtc.MimeTypeH264:
		begin = []byte{0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65}
	}
	filling := make([]byte, 100)
	for i := range filling {
		filling[i] = 0x55
	}
	end := []byte{0x80 | layer, 0, 0, 0, 0}
	for i := range 4 {
		end[4-i] = 0x80 | byte(number>>(7*i))
	}
	return append(append(begin, filling...), end...)
}

// Writes a frame every 20 ms until the test ends, whether the track is bound or not.
func source(t *testing.T, codec webrtc.RTPCodecCapability, layer byte, options ...lksdk.LocalTrackOptions) *lksdk.LocalTrack {
	t.Helper()
	track, err := lksdk.NewLocalTrack(codec, options...)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	go func() {
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for number := uint32(1); ; {
			select {
			case <-done:
				return
			case <-ticker.C:
				if track.IsBound() {
					_ = track.WriteSample(media.Sample{Data: frame(codec.MimeType, layer, number), Duration: 20 * time.Millisecond}, nil)
					number++
				}
			}
		}
	}()
	return track
}

func (p *participant) publish(name string, track webrtc.TrackLocal, options ...lksdk.LocalTrackPublishOption) *lksdk.LocalTrackPublication {
	p.t.Helper()
	about := &lksdk.TrackPublicationOptions{Name: name, VideoWidth: 320, VideoHeight: 180, BackupCodecPolicy: livekit.BackupCodecPolicy_SIMULCAST}
	pub, err := p.room.LocalParticipant.PublishTrack(track, about, options...)
	if err != nil {
		p.t.Fatalf("publishing %s: %v", name, err)
	}
	return pub
}

// With one connection media may overtake the answer that names it. Pion then reads the first eleven packets or so of a stream itself, beside
// the track's reader (handleIncomingSSRC), whoever the server is: of those frames every other one is lost, or late.
const taken = 30

func TestCall(t *testing.T) {
	for name, options := range map[string][]lksdk.ConnectOption{"two connections": nil, "one connection": {lksdk.WithSinglePeerConnection()}} {
		t.Run(name, func(t *testing.T) {
			ann, bob := join(t, 0, "ann", options...), join(t, 1, "bob", options...)
			beside := uint32(taken * len(options))
			picture := ann.publish("picture", source(t, vp8, 0))
			ann.publish("sound", source(t, opus, 0))
			bob.publish("answer", source(t, vp8, 0))
			for _, one := range []*received{bob.receives("picture", 50), bob.receives("sound", 50), ann.receives("answer", 50)} {
				if missing := one.missing(0, beside); missing != nil {
					t.Errorf("frames of %s are missing: %v", one.codec, missing)
				}
			}

			picture.SetMuted(true)
			bob.awaits("muted picture")
			picture.SetMuted(false)
			bob.awaits("unmuted picture")
			bob.receives("picture", 10)

			if err := ann.room.LocalParticipant.UnpublishTrack(picture.SID()); err != nil {
				t.Fatal(err)
			}
			bob.awaits("unsubscribed picture")
			ann.room.Disconnect()
			bob.awaits("left ann")
		})
	}
}

func TestData(t *testing.T) {
	ann, bob := join(t, 0, "ann"), join(t, 1, "bob")
	texts := make(chan string, 1)
	if err := bob.room.RegisterTextStreamHandler("letters", func(reader *lksdk.TextStreamReader, _ string) { texts <- reader.ReadAll() }); err != nil {
		t.Fatal(err)
	}
	if err := bob.room.RegisterRpcMethod("greet", func(call lksdk.RpcInvocationData) (string, error) {
		return call.Payload + " from " + call.CallerIdentity, nil
	}); err != nil {
		t.Fatal(err)
	}
	await(t, "bob", func() bool { return ann.room.GetParticipantByIdentity("bob") != nil })
	for i := range 200 {
		if err := ann.room.LocalParticipant.PublishDataPacket(lksdk.UserData([]byte(fmt.Sprint(i))), lksdk.WithDataPublishReliable(true)); err != nil {
			t.Fatal(err)
		}
	}
	bob.awaits("data 199 of ann")
	next := 0
	bob.mu.Lock()
	for _, event := range bob.events {
		if strings.HasPrefix(event, "data ") {
			if event != fmt.Sprintf("data %d of ann", next) {
				t.Errorf("%q instead of number %d", event, next)
			}
			next++
		}
	}
	bob.mu.Unlock()

	letter := strings.Repeat("a long letter ", 5_000)
	ann.room.LocalParticipant.SendText(letter, lksdk.StreamTextOptions{Topic: "letters"})
	select {
	case text := <-texts:
		if text != letter {
			t.Errorf("%d characters came of %d", len(text), len(letter))
		}
	case <-time.After(patience):
		t.Error("the letter has not come")
	}
	answer, err := ann.room.LocalParticipant.PerformRpc(lksdk.PerformRpcParams{DestinationIdentity: "bob", Method: "greet", Payload: "hello"})
	if err != nil || *answer != "hello from ann" {
		t.Errorf("answer %v, error %v", answer, err)
	}
}

// The SDK knows of a track by its first packet.
func TestMutedTracksAreKnown(t *testing.T) {
	ann := join(t, 0, "ann")
	picture, sound := ann.publish("picture", source(t, vp8, 0)), ann.publish("sound", source(t, opus, 0))
	picture.SetMuted(true)
	sound.SetMuted(true)
	time.Sleep(500 * time.Millisecond)
	bob := join(t, 1, "bob")
	bob.track("picture")
	bob.track("sound")
	picture.SetMuted(false)
	sound.SetMuted(false)
	bob.receives("picture", 50)
	bob.receives("sound", 50)
}

func TestLayers(t *testing.T) {
	ann, bob := join(t, 0, "ann"), join(t, 1, "bob")
	var layers []*lksdk.LocalTrack
	for i, quality := range []livekit.VideoQuality{livekit.VideoQuality_LOW, livekit.VideoQuality_MEDIUM, livekit.VideoQuality_HIGH} {
		layer := &livekit.VideoLayer{Quality: quality, Width: uint32(160 << i), Height: uint32(90 << i), Bitrate: 100_000}
		layers = append(layers, source(t, vp8, byte(i), lksdk.WithSimulcast("layers", layer)))
	}
	if _, err := ann.room.LocalParticipant.PublishSimulcastTrack(layers, &lksdk.TrackPublicationOptions{Name: "picture"}); err != nil {
		t.Fatal(err)
	}
	r := bob.receives("picture", 20)
	for layer, quality := range map[byte]livekit.VideoQuality{0: livekit.VideoQuality_LOW, 1: livekit.VideoQuality_MEDIUM, 2: livekit.VideoQuality_HIGH} {
		if err := bob.pubs["picture"].SetVideoQuality(quality); err != nil {
			t.Fatal(err)
		}
		await(t, fmt.Sprintf("layer %d", layer), func() bool { return r.layer() == layer })
	}
}

func TestBackupCodec(t *testing.T) {
	ann := join(t, 0, "ann")
	ann.publish("picture", source(t, vp8, 0), lksdk.WithBackupCodec(source(t, h264, 7)))
	bob := join(t, 0, "bob")
	cid := join(t, 1, "cid", lksdk.WithCodecs([]livekit.Codec{{Mime: webrtc.MimeTypeH264}}))
	if r := bob.receives("picture", 20); r.codec != "video/vp8" {
		t.Errorf("bob gets %s", r.codec)
	}
	if r := cid.receives("picture", 20); r.codec != "video/h264" {
		t.Errorf("cid gets %s", r.codec)
	}
}

func TestReconnect(t *testing.T) {
	for name, scenario := range map[string]lksdk.SimulateScenario{"resumed": lksdk.SimulateSignalReconnect, "anew": lksdk.SimulateNodeFailure} {
		for _, who := range []string{"publisher", "subscriber"} {
			t.Run(name+" "+who, func(t *testing.T) {
				ann, bob := join(t, 0, "ann"), join(t, 1, "bob")
				ann.publish("picture", source(t, vp8, 0))
				before := bob.receives("picture", 20)
				one := map[string]*participant{"publisher": ann, "subscriber": bob}[who]
				from := before.count()
				one.room.Simulate(scenario)
				one.awaits("reconnected")
				time.Sleep(500 * time.Millisecond)
				bob.receives("picture", 50)
				if missing := before.missing(from-1, 0); name == "resumed" && missing != nil {
					t.Errorf("frames are missing: %v", missing)
				}
			})
		}
	}
}
