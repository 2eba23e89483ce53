"""Tells how far sound and picture of a recorded test pattern lie apart.

    av_offset.py FILE

The pattern's head flashes with the first picture of each second, and a chirp begins at that instant.
Says {"offsets_ms": [...]}: for each flash, how much later the chirp began.
"""

import array
import json
import sys

import av

BRIGHT = 150
LOUD = 0.3
# The chirp rises softly: this is where its envelope passes the level.
RISE_SECONDS = 0.0005


def flashes(path):
    times, was_bright = [], True
    with av.open(path) as container:
        for frame in container.decode(video=0):
            plane = frame.reformat(format="yuv420p").planes[0]
            row = bytes(plane)[plane.line_size * (frame.height // 20) :][: frame.width]
            is_bright = sum(row) / len(row) > BRIGHT
            if is_bright and not was_bright:
                times.append(frame.time)
            was_bright = is_bright
    return times


def chirps(path):
    times, last = [], -1.0
    with av.open(path) as container:
        for frame in container.decode(audio=0):
            samples = array.array("f", bytes(frame.planes[0])[: frame.samples * 4])
            loud = next((at for at, sample in enumerate(samples) if abs(sample) > LOUD), None)
            if loud is None:
                continue
            time = frame.time + loud / frame.sample_rate - RISE_SECONDS
            if time - last > 0.5:
                times.append(time)
            last = time
    return times


def main(path):
    pictures, sounds = flashes(path), chirps(path)
    offsets = []
    for time in pictures:
        nearest = min(sounds, key=lambda sound: abs(sound - time), default=None)
        if nearest is not None and abs(nearest - time) < 0.4:
            offsets.append(round((nearest - time) * 1000, 2))
    print(json.dumps({"flashes": len(pictures), "chirps": len(sounds), "offsets_ms": offsets}))


main(*sys.argv[1:])
