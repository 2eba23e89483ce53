"""Views a show by WHEP until standard input ends, and tells how late its burned clock is.

    burned_clock.py URL [ADDRESS]

The witness beside whep-probe: aiortc receives, PyAV decodes, and the clock is read here, after what
`PatternCode` writes down of it and by none of its code. Only the test pattern is read that fills the
picture, at any size. Each frame of H.264 is decoded as soon as its last packet is there, and told as
{"event": "clock", "latency_ms", "number"}, without the two where nothing could be read.
"""

import asyncio
import sys
import time
import zlib

sys.dont_write_bytecode = True

import av
import whep_frames

COLUMNS, ROWS = 24, 4
# The picture in blocks, and where among them the clock begins.
WIDE, HIGH, LEFT, TOP = 26, 12, 1, 7.5
KNOWN = 0b1010_0110_0011_1001_0101_1100
PERIOD = 1 << 28
LEAST_CONTRAST = 40


def bits(row):
    value = 0
    for bit in row:
        value = value << 1 | bit
    return value


def read(frame):
    """Milliseconds and number of a picture; None where there are none."""
    plane = frame.planes[0]
    luma, stride = bytes(plane), plane.line_size

    def level(column, row):
        x = (LEFT + column + 0.5) * frame.width / WIDE
        y = (TOP + row + 0.5) * frame.height / HIGH
        points = [
            luma[int(y + down) * stride + int(x + right)]
            for down in (-2, 0, 2)
            for right in (-2, 0, 2)
        ]
        return sum(points) / len(points)

    levels = [[level(column, row) for column in range(COLUMNS)] for row in range(ROWS)]
    dark, bright = min(levels[0]), max(levels[0])
    if bright - dark < LEAST_CONTRAST:
        return None
    rows = [bits([value > (dark + bright) / 2 for value in row]) for row in levels]
    content = rows[1].to_bytes(3, "big") + rows[2].to_bytes(3, "big")
    if rows[0] != KNOWN or zlib.crc32(content) & 0xFFFFFF != rows[3]:
        return None
    return int.from_bytes(content, "big") >> 20, rows[2] >> 1 & 0x7FFFF


class Reader:
    def __init__(self):
        self.decoder = av.CodecContext.create("h264", "r")
        self.decoder.thread_count = 1
        self.decoder.flags |= av.codec.context.Flags.low_delay

    def take(self, payloads):
        units = whep_frames.h264_nals(payloads)
        data = b"".join(b"\0\0\0\1" + unit for unit in units)
        try:
            pictures = self.decoder.decode(av.Packet(data))
        except av.error.InvalidDataError:
            pictures = []
        for picture in pictures:
            self.tell(read(picture), int(time.time() * 1000))
        return []

    def tell(self, code, now):
        if code is None:
            whep_frames.say("clock")
            return
        late = (now - code[0]) % PERIOD
        late = late if late < PERIOD // 2 else late - PERIOD
        whep_frames.say("clock", latency_ms=late, number=code[1])


if __name__ == "__main__":
    whep_frames.UNITS["H264"] = Reader().take
    asyncio.run(whep_frames.main(sys.argv[1], "H264", *sys.argv[2:]))
