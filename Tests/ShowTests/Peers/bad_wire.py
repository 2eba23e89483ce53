"""A wire between two network namespaces that loses, delays and can be cut: netem for kernels without.

    bad_wire.py OUTER OUTER_ADDRESS INNER INNER_ADDRESS

Makes a TUN interface in each of the two namespaces and carries packets between them, in both
directions alike. Standard input says what the wire does, a line each: `loss 0.1`, `delay 100 100`
(milliseconds, and how much more at random), `cut`, `mend`. With `inward` behind it, `delay` and
`loss` are for packets to the inner end only. `cut 700` mends itself after so many milliseconds, and
`hold 700` keeps back what comes meanwhile, then lets it go. `tell` changes nothing. It ends with
standard input. Each command is answered by a JSON line with how many packets were carried and how
many lost, and the median of how long those to the inner end took since the command before: on a
machine with much to do, that is more than was asked for.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import statistics
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
LARGEST = 65535
# A router's queue is not endless.
MOST_WAITING = 2000
MOST_TOLD = 100_000


def open_tun(namespace, address, other):
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(here, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(here)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    ip = "/usr/sbin/ip"
    subprocess.run([ip, "addr", "add", address, "peer", other, "dev", "wire"], check=True)
    subprocess.run([ip, "link", "set", "wire", "up"], check=True)
    subprocess.run([ip, "link", "set", "lo", "up"], check=True)
    return tun


class Wire:
    def __init__(self, ends):
        self.ends = ends
        self.waiting, self.number = [], 0
        # Of packets from each of the ends.
        self.loss, self.delay, self.jitter = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
        self.is_cut, self.cut_until, self.held_until = False, 0.0, 0.0
        self.carried, self.lost, self.taken = 0, 0, []
        self.random = random.Random(7)

    def obey(self, line):
        words = line.split()
        is_inward = words[-1] == "inward"
        seconds = [float(word) / 1000 for word in words[1:] if word != "inward"]
        for end in [0] if is_inward else [0, 1]:
            if words[0] == "loss":
                self.loss[end] = float(words[1])
            elif words[0] == "delay":
                self.delay[end], self.jitter[end] = seconds
        if words[0] == "hold":
            self.held_until = time.monotonic() + seconds[0]
        elif words[0] == "cut" and seconds:
            self.cut_until = time.monotonic() + seconds[0]
        elif words[0] in ("cut", "mend"):
            self.is_cut = words[0] == "cut"
        counts = {"carried": self.carried, "lost": self.lost}
        median = round(statistics.median(self.taken) * 1000, 3) if self.taken else None
        self.taken = []
        print(json.dumps({"did": line, **counts, "median_ms": median}), flush=True)

    def take(self, end):
        try:
            packet = os.read(self.ends[end], LARGEST)
        except BlockingIOError:
            return
        now = time.monotonic()
        is_full = len(self.waiting) >= MOST_WAITING
        is_cut = self.is_cut or now < self.cut_until
        if is_cut or is_full or self.random.random() < self.loss[end]:
            self.lost += 1
            return
        way = self.delay[end] + self.random.random() * self.jitter[end]
        due = max(now, self.held_until) + way
        self.number += 1
        heapq.heappush(self.waiting, (due, self.number, 1 - end, packet, now))

    def give(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, end, packet, came = heapq.heappop(self.waiting)
            try:
                os.write(self.ends[end], packet)
                self.carried += 1
                if end == 1 and len(self.taken) < MOST_TOLD:
                    self.taken.append(time.monotonic() - came)
            except OSError:
                self.lost += 1

    def run(self):
        said = b""
        while True:
            due = self.waiting[0][0] - time.monotonic() if self.waiting else 1
            ready, _, _ = select.select([0, *self.ends], [], [], max(0, due))
            for end, tun in enumerate(self.ends):
                if tun in ready:
                    self.take(end)
            self.give()
            if 0 in ready:
                piece = os.read(0, 4096)
                if not piece:
                    return
                said += piece
                *lines, said = said.split(b"\n")
                for line in lines:
                    self.obey(line.decode())


def main(outer, outer_address, inner, inner_address):
    ends = [
        open_tun(outer, outer_address, inner_address),
        open_tun(inner, inner_address, outer_address),
    ]
    # It is to be late by what it is told, and not by what else the machine does.
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        os.nice(-15)
    print(json.dumps({"did": "open"}), flush=True)
    Wire(ends).run()


main(*sys.argv[1:])
