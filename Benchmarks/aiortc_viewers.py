"""Watches a WHEP endpoint with so many viewers of aiortc in one process, without decoding, and
prints as JSON what they got and what that cost.

Run by Benchmarks/probe.py with a Python that has aiortc: aiortc_viewers.py URL VIEWERS SECONDS
"""

import asyncio
import json
import resource
import sys
import time
import urllib.parse
import urllib.request

import aiortc
import aiortc.rtcrtpreceiver
from aiortc import RTCPeerConnection, RTCSessionDescription


def discard(loop, input_q, output_q, *rest):
    """In place of the decoder: counting viewers have none either."""
    while input_q.get() is not None:
        discard.frames += 1


discard.frames = 0


def exchange(url, method, body=None):
    request = urllib.request.Request(
        url, data=body and body.encode(), method=method,
        headers={"Content-Type": "application/sdp"} if body else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers.get("Location")


class Viewer:
    def __init__(self):
        self.peer = RTCPeerConnection()
        self.peer.addTransceiver("audio", direction="recvonly")
        self.peer.addTransceiver("video", direction="recvonly")
        self.session = None

    async def join(self, url):
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        answer, location = await asyncio.to_thread(exchange, url, "POST", offer)
        self.session = urllib.parse.urljoin(url, location)
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while self.peer.connectionState != "connected":
            await asyncio.sleep(0.05)

    async def packets(self):
        total = 0
        for report in (await self.peer.getStats()).values():
            if report.type == "inbound-rtp":
                total += report.packetsReceived
        return total

    async def leave(self):
        await asyncio.to_thread(exchange, self.session, "DELETE")
        await self.peer.close()


async def main(url, count, seconds):
    aiortc.rtcrtpreceiver.decoder_worker = discard
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    viewers = [Viewer() for _ in range(count)]
    for viewer in viewers:
        await asyncio.wait_for(viewer.join(url), 20)
    await asyncio.sleep(2)
    packets = -sum([await viewer.packets() for viewer in viewers])
    cpu, wall = -time.process_time(), -time.monotonic()
    await asyncio.sleep(seconds)
    cpu, wall = cpu + time.process_time(), wall + time.monotonic()
    packets += sum([await viewer.packets() for viewer in viewers])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({
        "version": aiortc.__version__, "viewers": count, "packets": packets,
        "cpu_share": cpu / wall, "us_per_packet": cpu * 1e6 / max(packets, 1),
        "kb_per_viewer": memory / count}))
    await asyncio.gather(*(viewer.leave() for viewer in viewers))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
