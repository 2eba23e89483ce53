"""Lists the coded frames of a file, a JSON object a line.

    frames.py FILE

Each frame is told by the hashes of its units, in a form that does not depend on how it was framed:
the NAL units of H.264 and the OBUs of AV1 without parameter sets and delimiters, which containers may
keep elsewhere, and without their sizes; the bytes of all other codecs.
"""

import hashlib
import json
import sys

OUTSIDE_OF_PICTURES = {7, 8, 9}
# Sequence header and temporal delimiter.
OUTSIDE_OF_FRAMES = {1, 2}


def hashed(unit):
    return hashlib.sha256(unit).hexdigest()[:16]


def h264_units(units):
    return [hashed(unit) for unit in units if unit and unit[0] & 31 not in OUTSIDE_OF_PICTURES]


def av1_units(units):
    """Of OBUs with their headers, in which the bit that says whether a size follows is no content."""
    plain = [bytes([unit[0] & ~2]) + unit[1:] for unit in units if unit]
    return [hashed(unit) for unit in plain if unit[0] >> 3 & 15 not in OUTSIDE_OF_FRAMES]


def cut_nals(data, length_size):
    if not length_size:
        starts = []
        at = data.find(b"\0\0\1")
        while at >= 0:
            starts.append(at)
            at = data.find(b"\0\0\1", at + 3)
        ends = starts[1:] + [len(data)]
        return [data[start + 3 : end].rstrip(b"\0") for start, end in zip(starts, ends)]
    units, at = [], 0
    while at + length_size <= len(data):
        length = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        units.append(data[at : at + length])
        at += length
    return units


def cut_obus(data):
    """The OBUs of a row in which each has its size; the sizes are left out."""
    units, at = [], 0
    while at < len(data):
        header = data[at : at + (2 if data[at] & 4 else 1)]
        has_size = data[at] & 2
        at += len(header)
        size, shift = 0, 0
        while has_size:
            byte = data[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if not has_size:
            size = len(data) - at
        units.append(header + data[at : at + size])
        at += size
    return units


def units_of(codec, data, configuration):
    if codec == "h264":
        is_avcc = configuration and configuration[0] == 1
        return h264_units(cut_nals(data, (configuration[4] & 3) + 1 if is_avcc else 0))
    if "av1" in codec:
        return av1_units(cut_obus(data))
    return [hashed(data)]


def main(path):
    import av

    with av.open(path) as container:
        for packet in container.demux():
            if not packet.size:
                continue
            context = packet.stream.codec_context
            units = units_of(context.name, bytes(packet), context.extradata)
            frame = {
                "kind": packet.stream.type,
                "seconds": float(packet.pts * packet.time_base),
                "is_keyframe": packet.is_keyframe,
                "units": units,
            }
            print(json.dumps(frame))


if __name__ == "__main__":
    main(*sys.argv[1:])
