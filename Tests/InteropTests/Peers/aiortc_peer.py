"""Publishes by WHIP or plays by WHEP with aiortc, or serves both, until standard input ends.

    aiortc_peer.py publish|play URL H264|VP8
    aiortc_peer.py serve

It serves on a port of its own, which it says: WHIP at /whip, WHEP at /whep.

Says what happens on standard output, a JSON object a line: what it decodes while it plays, what it
encodes while it publishes.
"""

import array
import asyncio
import fractions
import http.server
import json
import math
import sys
import threading
import time
import urllib.parse
import urllib.request

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import AUDIO_PTIME, MediaStreamError

# It would leave loopback out, and use what interfaces the machine happens to have.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

WIDTH, HEIGHT, RATE = 320, 240, 20
SAMPLE_RATE = 48000


def say(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Picture(MediaStreamTrack):
    """A gradient that moves."""

    kind = "video"

    def __init__(self):
        super().__init__()
        self.number = 0
        self.start = time.monotonic()
        row = bytes(range(0, 256)) * 4
        self.rows = [row[shift : shift + WIDTH] for shift in range(256)]

    async def recv(self):
        due = self.start + self.number / RATE
        await asyncio.sleep(max(0, due - time.monotonic()))
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for index, plane in enumerate(frame.planes):
            if index == 0:
                line = self.rows[self.number * 4 % 256].ljust(plane.line_size, b"\0")
                plane.update(b"".join([line] * plane.height))
            else:
                plane.update(bytes([128]) * plane.buffer_size)
        frame.pts = self.number * 90000 // RATE
        frame.time_base = fractions.Fraction(1, 90000)
        self.number += 1
        return frame


class Tone(MediaStreamTrack):
    """A sine of 440 Hz."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.number = 0
        self.start = time.monotonic()
        self.samples = int(SAMPLE_RATE * AUDIO_PTIME)

    async def recv(self):
        due = self.start + self.number * AUDIO_PTIME
        await asyncio.sleep(max(0, due - time.monotonic()))
        frame = av.AudioFrame(format="s16", layout="mono", samples=self.samples)
        first = self.number * self.samples
        step = 2 * math.pi * 440 / SAMPLE_RATE
        values = (int(8000 * math.sin(step * (first + i))) for i in range(self.samples))
        frame.planes[0].update(array.array("h", values).tobytes())
        frame.sample_rate = SAMPLE_RATE
        frame.pts = first
        frame.time_base = fractions.Fraction(1, SAMPLE_RATE)
        self.number += 1
        return frame


def ask(method, url, body=None):
    headers = {"Content-Type": "application/sdp"} if body else {}
    request = urllib.request.Request(
        url, data=body.encode() if body else None, headers=headers, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        location = response.headers.get("Location")
        return response.read().decode(), location and urllib.parse.urljoin(url, location)


async def count(track, counts):
    try:
        while True:
            frame = await track.recv()
            counts[track.kind] += 1
            if track.kind == "video":
                counts["width"], counts["height"] = frame.width, frame.height
            if counts[track.kind] % 10 == 0:
                say("decoded", **counts)
    except MediaStreamError:
        say("track ended", kind=track.kind)


def end_of_input(loop):
    done = asyncio.Event()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(done.set)

    threading.Thread(target=wait, daemon=True).start()
    return done


async def answer(offer, plays):
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    counts = {"audio": 0, "video": 0}

    @connection.on("connectionstatechange")
    def changed():
        say("state", state=connection.connectionState)

    @connection.on("track")
    def came(track):
        if not plays:
            connection.counting = asyncio.gather(
                getattr(connection, "counting", asyncio.sleep(0)), count(track, counts)
            )

    if plays:
        connection.addTrack(Tone())
        connection.addTrack(Picture())
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection


async def serve():
    loop = asyncio.get_running_loop()
    done = end_of_input(loop)
    sessions = {}

    class Server(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def reply(self, status, body="", **fields):
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self):
            offer = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made = asyncio.run_coroutine_threadsafe(answer(offer, self.path == "/whep"), loop)
            connection = made.result(timeout=10)
            session = f"/session/{len(sessions)}"
            sessions[session] = connection
            self.reply(
                201, connection.localDescription.sdp, Content_Type="application/sdp",
                Location=session,
            )

        def do_DELETE(self):
            closing = sessions[self.path].close()
            asyncio.run_coroutine_threadsafe(closing, loop).result(timeout=10)
            say("deleted", session=self.path)
            self.reply(200)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say("listening", url=f"http://127.0.0.1:{server.server_port}")
    await done.wait()
    server.shutdown()


async def main(mode, url=None, codec=None):
    if mode == "serve":
        return await serve()
    loop = asyncio.get_running_loop()
    done = end_of_input(loop)
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    tasks = []
    counts = {"audio": 0, "video": 0}

    @connection.on("connectionstatechange")
    def changed():
        say("state", state=connection.connectionState)

    @connection.on("track")
    def came(track):
        if mode == "play":
            tasks.append(asyncio.ensure_future(count(track, counts)))

    direction = "sendonly" if mode == "publish" else "recvonly"
    sources = {"audio": Tone(), "video": Picture()} if mode == "publish" else {}
    for kind in ("audio", "video"):
        transceiver = connection.addTransceiver(sources.get(kind, kind), direction=direction)
        if kind == "video":
            wanted = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences(
                [c for c in wanted if c.mimeType.lower() == f"video/{codec}".lower()]
            )
    await connection.setLocalDescription(await connection.createOffer())
    answer, session = await asyncio.to_thread(
        ask, "POST", url, connection.localDescription.sdp
    )
    say("answered", session=session)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await done.wait()
    await asyncio.to_thread(ask, "DELETE", session)
    await connection.close()
    for task in tasks:
        task.cancel()
    say("end", **counts)


asyncio.run(main(*sys.argv[1:]))
