"""A WHIP client of GStreamer's webrtcbin: a picture of one colour and a tone, candidates by PATCH. Runs with the system's Python (Debian: python3-gi,
gir1.2-gst-plugins-bad-1.0, gstreamer1.0-nice, gstreamer1.0-plugins-good). WHIP_URL, TOKEN, COLOUR (0xAARRGGBB), HERTZ; each line of its input
is a command: `delete` ends the session."""

import os
import re
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PIPELINE = f"""
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=solid-color foreground-color={os.environ["COLOUR"]} ! video/x-raw,width=320,height=180,framerate=15/1
  ! vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay pt=96 ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true freq={os.environ["HERTZ"]} volume=0.4 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111
  ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer.
"""


def ask(method, url, body=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, body, {"Authorization": "Bearer " + os.environ["TOKEN"], **named}, method=method)
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        return refused


class Publisher:
    def __init__(self):
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.peer = self.pipeline.get_by_name("peer")
        self.location = self.etag = None
        self.offer = ""
        self.waiting = []
        self.lock = threading.Lock()
        self.peer.connect("on-negotiation-needed", self.negotiate)
        self.peer.connect("on-ice-candidate", self.candidate)
        self.peer.connect("notify::ice-connection-state", lambda peer, _: print("ice", peer.get_property("ice-connection-state").value_nick, flush=True))
        self.pipeline.set_state(Gst.State.PLAYING)

    def negotiate(self, peer):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered))

    def offered(self, promise):
        self.reply = promise.get_reply()  # the offer is its
        offer = self.reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())
        self.offer = offer.sdp.as_text().replace("a=sendrecv", "a=sendonly")
        threading.Thread(target=self.begin, daemon=True).start()

    def begin(self):
        url = os.environ["WHIP_URL"]
        answer = ask("POST", url, self.offer.encode(), Content_Type="application/sdp")
        text = answer.read().decode()
        if answer.status != 201:
            print("refused:", answer.status, text, flush=True)
            os._exit(1)
        _, sdp = GstSdp.SDPMessage.new_from_text(text)
        self.answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", self.answer, Gst.Promise.new())
        with self.lock:
            self.location, self.etag = urllib.parse.urljoin(url, answer.headers["Location"]), answer.headers["ETag"]
            for one in self.waiting:
                self.patch(one)
        print("published", self.location, flush=True)

    def candidate(self, _, section, line):
        with self.lock:
            if self.location:
                self.patch((section, line))
            else:
                self.waiting.append((section, line))

    def patch(self, candidate):
        credentials = [re.search(f"^a={name}:.*$", self.offer, re.M)[0].strip() for name in ("ice-ufrag", "ice-pwd")]
        mid = re.findall("^a=mid:(.*)$", self.offer, re.M)[candidate[0]].strip()
        lines = [*credentials, "m=video 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{mid}", f"a={candidate[1]}", ""]
        status = ask("PATCH", self.location, "\r\n".join(lines).encode(), Content_Type="application/trickle-ice-sdpfrag", If_Match=self.etag).status
        if status != 204:
            print("a candidate is refused:", status, flush=True)

    def commands(self):
        for line in sys.stdin:
            if line.strip() == "delete":
                print("deleted", ask("DELETE", self.location).status, flush=True)
        os._exit(0)


Gst.init(None)
threading.Thread(target=Publisher().commands, daemon=True).start()
GLib.MainLoop().run()
