#!/usr/bin/python3
"""Measures whep-probe: what counting viewers cost beside aiortc's and a plain loop on libsrtp2,
and what one decoding viewer costs beside ffmpeg decoding the same file. Prints Markdown.

Servers and who publishes have one core, what is measured the other. CPU time is what the kernel
counts for all threads of a process, between two moments when everybody watches. Everything happens
in a network namespace of its own: libraries of WebRTC shun loopback.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import push
import servers

HOST = "198.18.0.1"
INSIDE = "LC_BENCH_PROBE_INSIDE"
SERVER_CORE, PROBE_CORE = 0, 1
SHOW = "bench"
# Counting viewers of each step, and how many set out in a second.
STEPS = [100, 500, 1000, 2000]
RAMP = 200
SECONDS = 10
# aiortc has had enough of a core long before.
AIORTC_VIEWERS = 8
LOOP_VIEWERS = 1000
DECODE_SECONDS = 20
DECODE_ROUNDS = 3
FILE_SECONDS = 600


def pinned(core, command):
    return ["taskset", "-c", str(core)] + command


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


class Show:
    """A relay and who publishes a file to it, on one core."""

    def __init__(self, file, host):
        self.server = servers.Relay(host=host, core=SERVER_CORE)
        self.push = subprocess.Popen(
            pinned(SERVER_CORE, ["whip-push", "--copy", file, self.server.whip(SHOW)]),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        self.url = self.server.whep(SHOW)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.push.terminate()
        self.push.wait()
        self.server.__exit__()


def probe(url, viewers, decoders, settling, seconds):
    """Runs whep-probe; gives its share of a core, its memory and its report."""
    with tempfile.NamedTemporaryFile("w+") as output:
        ramp = ["--ramp", f"{RAMP}/s"] if viewers > 1 else []
        process = subprocess.Popen(
            pinned(PROBE_CORE, [
                "whep-probe", "--viewers", str(viewers), "--decode", str(decoders), *ramp,
                "--duration", f"{int(settling + seconds) + 3}s", "-o", "json", url]),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, text=True)
        time.sleep(settling)
        try:
            cpu, wall = -push.cpu_seconds(process.pid), -time.monotonic()
            time.sleep(seconds)
            cpu, wall = cpu + push.cpu_seconds(process.pid), wall + time.monotonic()
            memory = resident(process.pid)
        except OSError:
            raise SystemExit(f"bench: whep-probe has ended: {process.communicate()[1][:300]}")
        words = process.communicate()[1]
        output.seek(0)
        try:
            report = json.loads(output.read())
        except ValueError:
            raise SystemExit(f"bench: whep-probe said no JSON: {words[:300]}")
    return {"share": cpu / wall, "memory": memory, "report": report}


def tally(report, name):
    """What is counted in all of a report."""
    return report["totals"]["tallies"].get(name, 0)


def count_viewers(file):
    print("### Counting viewers: whep-probe --viewers, alone on a core\n")
    print("720p30 H.264 and Opus, 1 Mbit/s each, from whip-relay on the other core. Shared: viewers")
    print("of one machine share sockets, each at an address of its own; own: a socket each, as for")
    print(f"any server that is somewhere else. {SECONDS} s after all have joined.\n")
    print("| sockets | viewers | core % | CPU µs a packet | viewers a core | kB a viewer | missed "
          "| limits |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    results = {}
    for sockets, host in (("shared", "127.0.0.1"), ("own", HOST)):
        alone = None
        for viewers in [1] + STEPS:
            with Show(file, host) as show:
                run = probe(show.url, viewers, 0, viewers / RAMP + 3, SECONDS)
            report = run["report"]
            if alone is None:
                alone = run["memory"]
                continue
            rate = tally(report, "packets_received") / max(tally(report, "watched_us") / 1e6, 1)
            each = run["share"] / viewers
            results[sockets, viewers] = {
                "us": each / max(rate, 1) * 1e6, "share": run["share"], "rate": rate}
            print(f"| {sockets} | {viewers} | {run['share'] * 100:.1f} "
                  f"| {each / max(rate, 1) * 1e6:.2f} | {1 / each:.0f} "
                  f"| {(run['memory'] - alone) / viewers:.1f} | {tally(report, 'packets_missed')} "
                  f"| {', '.join(report.get('machine', {}).get('limits', [])) or '-'} |",
                  flush=True)
    print()
    return results


def compare(file, results):
    rows = []
    folder = os.path.join(servers.TOP, ".build")
    program = os.path.join(folder, "srtp-loop")
    source = os.path.join(servers.ROOT, "SRTPLoop", "srtp_loop.c")
    built = subprocess.run(["cc", "-O2", "-o", program, source, "-lsrtp2"])
    if built.returncode == 0:
        run = subprocess.run(
            [program, str(LOOP_VIEWERS), str(SECONDS), str(SERVER_CORE), str(PROBE_CORE)],
            check=True, stdout=subprocess.PIPE, text=True)
        loop = json.loads(run.stdout)
        rows.append((f"plain loop of recvmmsg and libsrtp2, {LOOP_VIEWERS} viewers", loop))
    python = next((path for path in (
        os.environ.get("LC_PEERS_PYTHON"), os.path.join(servers.TOP, ".build/peers/bin/python"))
        if path and os.path.exists(path)), None)
    if python:
        with Show(file, HOST) as show:
            run = subprocess.run(
                pinned(PROBE_CORE, [
                    python, os.path.join(servers.ROOT, "aiortc_viewers.py"), show.url,
                    str(AIORTC_VIEWERS), str(SECONDS)]),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if run.returncode == 0:
            found = json.loads(run.stdout)
            rows.append((f"aiortc {found['version']}, {AIORTC_VIEWERS} viewers", found))
    print("| what | CPU µs a packet | ratio to shared | to own | kB a viewer |")
    print("|---|---|---|---|---|")
    ours = [results.get((kind, 1000), {}).get("us") for kind in ("shared", "own")]
    for name, found in rows:
        ratios = [f"{found['us_per_packet'] / one:.1f}" if one else "-" for one in ours]
        print(f"| {name} | {found['us_per_packet']:.2f} | {ratios[0]} | {ratios[1]} "
              f"| {found['kb_per_viewer']:.0f} |")
    print("\nRatios are to whep-probe with 1,000 viewers. The loop and aiortc open every packet, and "
          "the loop\ndoes nothing else: no signalling, no handshakes, no reports.\n")


def decode(file):
    print("### One decoding viewer\n")
    print("| what | CPU % | ratio to ffmpeg | MB |")
    print("|---|---|---|---|", flush=True)
    programs = {"ffmpeg of Debian": "ffmpeg", "ffmpeg 9": push.ffmpeg9()}
    shares, memory = {}, {}
    for _ in range(DECODE_ROUNDS):
        with Show(file, "127.0.0.1") as show:
            run = probe(show.url, 1, 1, 4, DECODE_SECONDS)
        shares.setdefault("whep-probe", []).append(run["share"])
        memory.setdefault("whep-probe", []).append(run["memory"])
        for name, path in programs.items():
            if not path:
                continue
            process = subprocess.Popen(
                pinned(PROBE_CORE, [
                    path, "-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-i", file,
                    "-f", "null", "-"]),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            time.sleep(4)
            cpu, wall = -push.cpu_seconds(process.pid), -time.monotonic()
            time.sleep(DECODE_SECONDS)
            cpu, wall = cpu + push.cpu_seconds(process.pid), wall + time.monotonic()
            memory.setdefault(name, []).append(resident(process.pid))
            process.terminate()
            process.wait()
            shares.setdefault(name, []).append(cpu / wall)
    base = push.median(shares["ffmpeg of Debian"])
    for name, values in shares.items():
        share = push.median(values)
        print(f"| {name} | {share * 100:.1f} | {share / base:.2f} "
              f"| {push.median(memory[name]) / 1024:.0f} |")
    print("\nffmpeg reads the file in real time and decodes picture and sound; whep-probe takes the "
          "same from\nthe network as well, and reads what is in the picture.\n")


def main():
    file = os.environ[INSIDE]
    results = count_viewers(file)
    compare(file, results)
    decode(file)


def enter():
    """Starts this script again inside of a network namespace, with a file to push."""
    if (os.cpu_count() or 1) < 2 or not servers.has_relay():
        print("whep-probe is not measured: that takes two cores and the programs installed.\n")
        return
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    if subprocess.run(unshare + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("whep-probe is not measured: network namespaces are not permitted.\n")
        return
    network = (
        "ip link set lo up && ip link add lca type veth peer name lcb && "
        f"ip addr add {HOST}/30 dev lca && ip link set lca up && ip link set lcb up")
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "show.mp4")
        push.make_file(file, FILE_SECONDS)
        environment = {
            **os.environ, INSIDE: file,
            "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
        subprocess.run(
            unshare + ["sh", "-c", f'{network} && exec "$@"', "sh", sys.executable, __file__],
            check=True, env=environment)


if INSIDE in os.environ:
    main()
else:
    enter()
