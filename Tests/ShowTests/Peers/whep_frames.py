"""Views a show by WHEP until standard input ends, and lists the coded frames that arrive.

    whep_frames.py URL H264|VP8|VP9|AV1 [ADDRESS]

It waits until the show is on the air. aiortc does ICE, DTLS, SRTP and RTCP; packets are put together
here, by other code than ours, into what frames.py lists of a file. Nothing is decoded. A frame that
cannot be put together is told as a gap. ADDRESS is the one of this machine to use, else loopback.
"""

import asyncio
import json
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

# The folder of the tests is not to be written into.
sys.dont_write_bytecode = True

import aioice.ice
import frames
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
    rtcrtpreceiver,
)
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcrtpparameters import RTCRtcpFeedback, RTCRtpCodecParameters

PATIENCE = 60


def say(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Incomplete(Exception):
    pass


def h264_nals(payloads):
    units = []
    for payload in payloads:
        kind = payload[0] & 31
        if kind == 24:
            at = 1
            while at + 2 <= len(payload):
                size = int.from_bytes(payload[at : at + 2], "big")
                units.append(payload[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == 28:
            if payload[1] & 128:
                units.append(bytes([payload[0] & 0xE0 | payload[1] & 31]))
            elif not units:
                raise Incomplete
            units[-1] += payload[2:]
        else:
            units.append(payload)
    return units


def h264_units(payloads):
    return frames.h264_units(h264_nals(payloads))


def vp8_units(payloads):
    data = b""
    for payload in payloads:
        at = 1
        if payload[0] & 128:
            flags = payload[1]
            at = 2
            if flags & 128:
                at += 2 if payload[at] & 128 else 1
            if flags & 64:
                at += 1
            if flags & 48:
                at += 1
        data += payload[at:]
    return [frames.hashed(data)]


def vp9_units(payloads):
    data = b""
    for payload in payloads:
        flags, at = payload[0], 1
        is_flexible = flags & 16
        if flags & 128:
            at += 2 if payload[at] & 128 else 1
        if flags & 32:
            at += 1 if is_flexible else 2
        if flags & 64 and is_flexible:
            while payload[at] & 1:
                at += 1
            at += 1
        if flags & 2:
            structure, at = payload[at], at + 1
            if structure & 16:
                at += 4 * ((structure >> 5) + 1)
            if structure & 8:
                pictures, at = payload[at], at + 1
                for _ in range(pictures):
                    at += 1 + (payload[at] >> 2 & 3)
        data += payload[at:]
    return [frames.hashed(data)]


def av1_units(payloads):
    units, is_open = [], False
    for payload in payloads:
        header, at, count = payload[0], 1, 0
        expected = header >> 4 & 3
        goes_on = header & 128
        if bool(goes_on) != is_open:
            raise Incomplete
        while at < len(payload):
            count += 1
            size = len(payload) - at
            if count != expected:
                size, shift = 0, 0
                while True:
                    byte, at = payload[at], at + 1
                    size |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
            element = payload[at : at + size]
            at += size
            if count == 1 and goes_on:
                units[-1] += element
            else:
                units.append(element)
        is_open = bool(header & 64)
    # An element may hold a size of its own, which the payload format advises against.
    return frames.av1_units([unit for element in units for unit in frames.cut_obus(element)])


UNITS = {"H264": h264_units, "VP8": vp8_units, "VP9": vp9_units, "AV1": av1_units}


class Assembly:
    """Puts the packets of one source in order, and cuts them at timestamps."""

    # How many packets one that is missing may hold up: of sound nobody waits long for.
    WINDOWS = {"video": 512, "audio": 64}

    def __init__(self, kind, codec):
        self.kind, self.codec = kind, codec
        self.waiting, self.next, self.open = {}, None, []
        self.is_broken = False

    def add(self, packet):
        number = packet.sequence_number
        if self.next is None:
            self.next = number
        if (number - self.next) & 0xFFFF < 0x8000:
            self.waiting[number] = packet
        if len(self.waiting) > self.WINDOWS[self.kind]:
            say("gap", kind=self.kind)
            self.is_broken = True
            self.next = min(self.waiting, key=lambda n: (n - self.next) & 0xFFFF)
        while self.next in self.waiting:
            self.take(self.waiting.pop(self.next))
            self.next = self.next + 1 & 0xFFFF

    def take(self, packet):
        if not packet.payload:
            return
        if self.open and self.open[0].timestamp != packet.timestamp:
            self.finish()
        self.open.append(packet)
        if packet.marker or self.kind == "audio":
            self.finish()

    def finish(self):
        packets, self.open = self.open, []
        if not packets:
            return
        payloads = [bytes(packet.payload) for packet in packets]
        try:
            if self.is_broken and self.kind == "video":
                raise Incomplete
            units = [frames.hashed(payloads[0])]
            if self.kind == "video":
                units = UNITS[self.codec](payloads)
            say("frame", kind=self.kind, timestamp=packets[0].timestamp, units=units)
        except (Incomplete, IndexError):
            say("gap", kind=self.kind)
        self.is_broken = False


def listen_in(codec):
    """Has each packet, after repair, taken here on its way to aiortc's jitter buffer."""

    class Listening(JitterBuffer):
        def __init__(self, capacity, prefetch=0, is_video=False):
            super().__init__(capacity, prefetch, is_video)
            kind = "video" if is_video else "audio"
            self.kind, self.assemblies = kind, {}

        def add(self, packet):
            source = packet.ssrc
            if source not in self.assemblies:
                self.assemblies[source] = Assembly(self.kind, codec)
            self.assemblies[source].add(packet)
            return super().add(packet)

    class Nothing:
        def decode(self, _):
            return []

    rtcrtpreceiver.JitterBuffer = Listening
    rtcrtpreceiver.get_decoder = lambda _: Nothing()
    rtcrtpreceiver.depayload = lambda _, payload: payload


def know(codec):
    """aiortc has no VP9 and no AV1, but carries them when it is told of them."""
    if any(known.name == codec for known in CODECS["video"]):
        return
    feedback = [RTCRtcpFeedback("nack"), RTCRtcpFeedback("nack", "pli")]
    parameters = {"profile-id": "0"} if codec == "VP9" else {}
    CODECS["video"] += [
        RTCRtpCodecParameters(f"video/{codec}", 90000, None, 110, feedback, parameters),
        RTCRtpCodecParameters("video/rtx", 90000, None, 111, [], {"apt": 110}),
    ]


def ask(method, url, body=None):
    headers = {"Content-Type": "application/sdp"} if body else {}
    request = urllib.request.Request(
        url, data=body.encode() if body else None, headers=headers, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        location = response.headers.get("Location")
        return response.read().decode(), location and urllib.parse.urljoin(url, location)


async def join(url, offer):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await asyncio.to_thread(ask, "POST", url, offer)
        except urllib.error.HTTPError as error:
            # 409 says that the show is not on the air yet.
            if error.code != 409 or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)


async def main(url, codec, address="127.0.0.1"):
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
    know(codec)
    listen_in(codec)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(done.set)

    threading.Thread(target=wait, daemon=True).start()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    @connection.on("connectionstatechange")
    def changed():
        say("state", state=connection.connectionState)

    for kind in ("audio", "video"):
        transceiver = connection.addTransceiver(kind, direction="recvonly")
        if kind == "video":
            wanted = RTCRtpReceiver.getCapabilities("video").codecs
            transceiver.setCodecPreferences(
                [c for c in wanted if c.mimeType.split("/")[1] in (codec, "rtx")]
            )
    await connection.setLocalDescription(await connection.createOffer())
    answer, session = await join(url, connection.localDescription.sdp)
    say("answered", session=session)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await done.wait()
    await asyncio.to_thread(ask, "DELETE", session)
    await connection.close()
    say("end")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
