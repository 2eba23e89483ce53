"""Measures aiortc as a peer of the engine's benchmark and prints what it found as JSON.

Run by Benchmarks/run with a Python that has aiortc; CPU time of this process throughout.
"""

import asyncio
import fractions
import json
import queue
import statistics
import sys
import time

import aiortc
import aiortc.rtcrtpreceiver
import av
from aiortc import RTCCertificate, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport
from pylibsrtp import Policy, Session

PACKET_BYTES = 1200
ROUNDS = 7


def packet(sequence):
    header = bytes([0x80, 96]) + sequence.to_bytes(2, "big") + bytes(4) + b"\x12\x34\x56\x78"
    return header + bytes(index * 31 & 255 for index in range(PACKET_BYTES - 12))


def srtp(profile, key_bytes):
    """Nanoseconds to protect and to unprotect a packet, one session each."""
    key = bytes(range(key_bytes))
    sending = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    receiving = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))
    sequence = 0
    sealed_times, opened_times = [], []
    for _ in range(ROUNDS):
        packets = [packet((sequence + index) & 0xFFFF) for index in range(2000)]
        sequence += len(packets)
        start = time.thread_time_ns()
        sealed = [sending.protect(one) for one in packets]
        middle = time.thread_time_ns()
        opened = [receiving.unprotect(one) for one in sealed]
        end = time.thread_time_ns()
        assert opened == packets
        sealed_times.append((middle - start) / len(packets))
        opened_times.append((end - middle) / len(packets))
    return statistics.median(sealed_times), statistics.median(opened_times)


class Pipe:
    """What stands in for ICE between two DTLS transports."""

    state = "completed"

    def __init__(self, role):
        self.role = role
        self.queue = asyncio.Queue()
        self.other = None

    async def _recv(self):
        data = await self.queue.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data):
        await self.other.queue.put(data)


async def handshakes(count):
    """Nanoseconds of a handshake, both ends."""
    first, second = RTCCertificate.generateCertificate(), RTCCertificate.generateCertificate()
    times = []
    for _ in range(count):
        left, right = Pipe("controlling"), Pipe("controlled")
        left.other, right.other = right, left
        a, b = RTCDtlsTransport(left, [first]), RTCDtlsTransport(right, [second])
        start = time.process_time_ns()
        await asyncio.gather(a.start(b.getLocalParameters()), b.start(a.getLocalParameters()))
        times.append(time.process_time_ns() - start)
        assert a.state == "connected" and b.state == "connected", (a.state, b.state)
        await asyncio.gather(a.stop(), b.stop())
    return statistics.median(times)


def discard(loop, input_q, output_q, *rest):
    """In place of the decoder, which is not what is compared."""
    while input_q.get() is not None:
        discard.frames += 1


discard.frames = 0


class Encoded(MediaStreamTrack):
    """A track of frames that are already encoded."""

    def __init__(self, kind, interval, size, rate):
        super().__init__()
        self.kind = kind
        self.interval, self.rate = interval, rate
        self.data = bytes([0x10, 0, 0, 0x9D, 1, 0x2A, 0x40, 1, 0xF0, 0])
        self.data += bytes(index * 31 & 255 for index in range(size - 10))
        self.number, self.start = 0, None

    async def recv(self):
        now = time.monotonic()
        self.start = self.start or now
        await asyncio.sleep(max(0, self.start + self.number * self.interval - now))
        one = av.Packet(self.data)
        one.pts = int(self.number * self.interval * self.rate)
        one.time_base = fractions.Fraction(1, self.rate)
        self.number += 1
        return one


async def call(seconds, frame_bytes, sound_bytes):
    """CPU seconds of both ends for each second of a call over loopback."""
    aiortc.rtcrtpreceiver.decoder_worker = discard
    sender, receiver = RTCPeerConnection(), RTCPeerConnection()
    sender.addTrack(Encoded("audio", 0.020, sound_bytes, 48_000))
    sender.addTrack(Encoded("video", 1 / 30, frame_bytes, 90_000))
    await sender.setLocalDescription(await sender.createOffer())
    offer = sender.localDescription
    await receiver.setRemoteDescription(RTCSessionDescription(offer.sdp, offer.type))
    await receiver.setLocalDescription(await receiver.createAnswer())
    answer = receiver.localDescription
    await sender.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
    while "connected" != sender.connectionState or "connected" != receiver.connectionState:
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    discard.frames = 0
    start, wall = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    used, lasted = time.process_time() - start, time.monotonic() - wall
    frames = discard.frames / lasted
    await asyncio.gather(sender.close(), receiver.close())
    return used / lasted, frames


def main():
    seconds, frame_bytes, sound_bytes = (int(word) for word in sys.argv[1:4])
    seal_gcm, open_gcm = srtp(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28)
    seal_cm, open_cm = srtp(Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30)
    share, frames = asyncio.run(call(seconds, frame_bytes, sound_bytes))
    print(json.dumps({
        "version": aiortc.__version__,
        "seal_gcm_ns": seal_gcm, "open_gcm_ns": open_gcm,
        "seal_cm_ns": seal_cm, "open_cm_ns": open_cm,
        "handshake_ns": asyncio.run(handshakes(40)),
        "call_share": share, "call_frames": frames,
    }))


main()
