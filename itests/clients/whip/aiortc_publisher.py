"""A WHIP client of aiortc: pictures of one colour with the number of the frame, and a tone. WHIP_URL, TOKEN, COLOUR (r,g,b), HERTZ; says
'published <Location> <ETag>'. Each line of its input is a command: `delete` ends the session, and says with which status."""

import asyncio
import fractions
import math
import os
import sys
import urllib.parse
import urllib.request

import av
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

WIDTH, HEIGHT, FIELDS = 320, 180, 10
RATE = 48_000
COLOUR = [int(part) for part in os.environ["COLOUR"].split(",")]
HERTZ = int(os.environ["HERTZ"])


class Pictures(VideoStreamTrack):
    number = 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        picture = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
        picture[:, :] = COLOUR
        for bit in range(FIELDS):
            field = slice(bit * WIDTH // FIELDS, (bit + 1) * WIDTH // FIELDS)
            picture[HEIGHT * 4 // 5 :, field] = 235 if self.number >> bit & 1 else 20
        self.number += 1
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    sample = 0

    async def recv(self):
        silence = await super().recv()  # it keeps the time
        count = RATE // 50
        values = 12_000 * numpy.sin(2 * math.pi * HERTZ * (self.sample + numpy.arange(count)) / RATE)
        frame = av.AudioFrame.from_ndarray(values.astype(numpy.int16).reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE
        frame.pts, frame.time_base = self.sample, fractions.Fraction(1, RATE)
        self.sample += count
        return frame


def ask(method, url, body=None, headers=None):
    request = urllib.request.Request(url, body, {"Authorization": "Bearer " + os.environ["TOKEN"], **(headers or {})}, method=method)
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as refused:
        return refused


async def main():
    url = os.environ["WHIP_URL"]
    connection = RTCPeerConnection()
    connection.addTransceiver(Pictures(), "sendonly")
    connection.addTransceiver(Tone(), "sendonly")
    connection.on("connectionstatechange", lambda: print("connection", connection.connectionState, flush=True))
    await connection.setLocalDescription(await connection.createOffer())
    offer = connection.localDescription.sdp.encode()
    answer = await asyncio.to_thread(ask, "POST", url, offer, {"Content-Type": "application/sdp"})
    if answer.status != 201:
        sys.exit(f"refused: {answer.status} {answer.read().decode()}")
    await connection.setRemoteDescription(RTCSessionDescription(answer.read().decode(), "answer"))
    location = urllib.parse.urljoin(url, answer.headers["Location"])
    print("published", location, answer.headers["ETag"], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip() == "delete":
            print("deleted", (await asyncio.to_thread(ask, "DELETE", location)).status, flush=True)
    await connection.close()


asyncio.run(main())
