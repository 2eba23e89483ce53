"""Reads a capture file of RTP, by the format's own description, and tells what is in it.

    capture_file.py FILE

Says {"packets", "malformed", "sources": [{"packets", "gaps", "repeated", "types"}]}: a gap is a
sequence number that does not follow the one before, in the order of numbers. RTCP is left out.
"""

import json
import struct
import sys

ETHERNET, RAW, IPV4 = 1, 101, 228
UDP = 17
MAGIC = {
    0xA1B2C3D4: "<", 0xA1B23C4D: "<", 0xD4C3B2A1: ">", 0x4D3CB2A1: ">",
}


def packets(data):
    order = MAGIC[struct.unpack("<I", data[:4])[0]]
    _, major, _, _, _, _, link = struct.unpack(order + "IHHiIII", data[:24])
    assert major == 2 and link in (ETHERNET, RAW, IPV4), (major, link)
    at, last = 24, 0.0
    while at < len(data):
        seconds, part, kept, length = struct.unpack(order + "IIII", data[at : at + 16])
        assert kept == length and at + 16 + kept <= len(data), "a record is cut off"
        assert seconds >= last, "time goes backwards"
        last = seconds
        yield data[at + 16 : at + 16 + kept][14 if link == ETHERNET else 0 :]
        at += 16 + kept


def payload(packet):
    """What a packet of IPv4 or IPv6 carries by UDP."""
    if packet[0] >> 4 == 4:
        size = (packet[0] & 15) * 4
        assert int.from_bytes(packet[2:4], "big") == len(packet) and packet[9] == UDP
        assert checksum(packet[:size]) == 0xFFFF, "the header's checksum"
    else:
        size = 40
        assert packet[6] == UDP
    assert int.from_bytes(packet[size + 4 : size + 6], "big") == len(packet) - size
    return packet[size + 8 :]


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    numbers, types, malformed, count = {}, {}, 0, 0
    for packet in packets(data):
        body = payload(packet)
        if len(body) >= 2 and 192 <= body[1] <= 223:
            continue
        count += 1
        if len(body) < 12 or body[0] >> 6 != 2:
            malformed += 1
            continue
        number, _, source = struct.unpack(">HII", body[2:12])
        numbers.setdefault(source, []).append(number)
        types.setdefault(source, set()).add(body[1] & 127)
    sources = []
    for source, all_numbers in numbers.items():
        first = all_numbers[0]
        unwrapped = sorted((number - first + 0x8000) % 0x10000 for number in all_numbers)
        steps = [after - before for before, after in zip(unwrapped, unwrapped[1:])]
        sources.append({
            "packets": len(all_numbers),
            "gaps": sum(step > 1 for step in steps),
            "repeated": sum(step == 0 for step in steps),
            "types": sorted(types[source]),
        })
    print(json.dumps({"packets": count, "malformed": malformed, "sources": sources}))


main(*sys.argv[1:])
