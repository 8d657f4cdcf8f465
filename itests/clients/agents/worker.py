"""A worker of LiveKit's agents framework for Python, without any model: its agent says who it is by attributes, plays a tone, answers RPC
and messages. LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, AGENT_NAME; ends by SIGTERM."""

import asyncio
import math
import os
import signal

from livekit import rtc
from livekit.agents import AgentServer, AutoSubscribe, JobContext, JobExecutorType, JobRequest

RATE = 48_000
HERTZ = 660

server = AgentServer(
    job_executor_type=JobExecutorType.THREAD,
    num_idle_processes=1,
    load_fnc=lambda: 0.1,
    host="127.0.0.1",
    port=0,
    drain_timeout=1,
    shutdown_process_timeout=2.0,
)


async def take(request: JobRequest) -> None:
    await request.accept(identity=f"agent-{request.id}", name="Python")


@server.rtc_session(agent_name=os.environ["AGENT_NAME"], on_request=take)
async def work(job: JobContext) -> None:
    await job.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_ALL)
    me = job.room.local_participant
    await me.set_attributes({"job": job.job.id, "metadata": job.job.metadata})

    @me.register_rpc_method("who")
    async def who(call: rtc.RpcInvocationData) -> str:
        return f"{job.job.id} {call.payload}"

    @job.room.on("data_received")
    def heard(packet: rtc.DataPacket) -> None:
        if packet.topic == "ping":
            asyncio.create_task(me.publish_data(b"pong:" + packet.data, reliable=True, topic="pong"))

    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("tone", source)
    await me.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    sample = 0
    while job.room.isconnected():
        frame = rtc.AudioFrame.create(RATE, 1, RATE // 100)
        for i in range(len(frame.data)):
            frame.data[i] = round(12_000 * math.sin(2 * math.pi * HERTZ * sample / RATE))
            sample += 1
        await source.capture_frame(frame)


async def main() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(server.aclose()))
    server.on("worker_registered", lambda id, info: print(f"registered {id} at {info.node_id}", flush=True))
    await server.run()


asyncio.run(main())
