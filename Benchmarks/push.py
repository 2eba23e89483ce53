#!/usr/bin/python3
"""Measures what it costs to push a file by WHIP, by copy: whip-push, ffmpeg 9 and GStreamer.

CPU time a minute once media flow, the most memory, and the time from the start of the process to
its first RTP packet. Prints Markdown. Everything happens in a network namespace of its own: libnice
shuns loopback, and whatever RTP is seen there is the one program's that runs.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import servers
import sniffer

TOP = servers.TOP
HOST = "198.18.0.1"
INSIDE = "LC_BENCH_INSIDE"
# How often each program pushes for its cost, how long, and how often for its first packet alone.
ROUNDS = 2
SECONDS = 20
STARTS = 7
# Media must flow so long before CPU time counts.
WARM_UP = 2
DEADLINE = 15
SHOW = "bench"


def ffmpeg9():
    """ffmpeg with the whip muxer, from the Python of the peers; None where there is none."""
    for path in (os.environ.get("LC_PEERS_PYTHON"), os.path.join(TOP, ".build/peers/bin/python")):
        if not path or not os.path.exists(path):
            continue
        run = subprocess.run(
            [path, "-c", "import imageio_ffmpeg as i; print(i.get_ffmpeg_exe())"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if run.returncode == 0:
            return run.stdout.strip()
    return None


def has_gstreamer():
    check = (
        "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst; "
        "Gst.init(None); raise SystemExit(not Gst.ElementFactory.find('nicesrc'))")
    run = subprocess.run(["/usr/bin/python3", "-c", check], stderr=subprocess.DEVNULL)
    return run.returncode == 0


def make_file(path, seconds):
    """720p30 of H.264 without B-frames and Opus, about 1 Mbit/s, a keyframe every two seconds."""
    subprocess.run(
        ["ffmpeg", "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i",
         "testsrc2=size=1280x720:rate=30,noise=alls=3:allf=t", "-f", "lavfi", "-i",
         "sine=frequency=440:sample_rate=48000", "-t", str(seconds), "-c:v", "libx264",
         "-preset", "ultrafast", "-profile:v", "baseline", "-bf", "0", "-g", "60",
         "-pix_fmt", "yuv420p", "-b:v", "1000k", "-maxrate", "1000k", "-bufsize", "1000k",
         "-c:a", "libopus", "-ac", "2", "-b:a", "64k", "-movflags", "+faststart", path],
        check=True)


def commands(file, url):
    """What pushes the file in real time without encoding anything, by name."""
    found = {}
    if shutil.which("whip-push"):
        found["whip-push --copy"] = ["whip-push", "--copy", file, url]
    ffmpeg = ffmpeg9()
    if ffmpeg:
        plain = [ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-i", file,
                 "-c", "copy", "-f", "whip"]
        found["ffmpeg 9"] = plain + [url]
        found["ffmpeg 9, dtls_active"] = plain + ["-whip_flags", "dtls_active", url]
    if has_gstreamer():
        script = os.path.join(TOP, "Tests/InteropTests/Peers/gst_whip.py")
        found["GStreamer"] = ["/usr/bin/python3", script, url, "H264", file]
    return found


class Push:
    """One push: when its first packet came, what it used."""

    def __init__(self, command, seconds):
        watching = sniffer.Sniffer()
        self.started = time.time()
        # GStreamer's script ends with its standard input.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        first = watching.wait(DEADLINE)
        watching.close()
        self.to_first = None if first is None else first - self.started
        self.share = None
        if first is not None and seconds:
            time.sleep(WARM_UP)
            used, began = cpu_seconds(self.process.pid), time.monotonic()
            time.sleep(seconds)
            still = self.process.poll() is None
            used = cpu_seconds(self.process.pid) - used if still else None
            if used is not None:
                self.share = used / (time.monotonic() - began)
        self.end()

    def end(self):
        self.process.stdin.close()
        if not self.exits(1):
            self.process.terminate()
            if not self.exits(5):
                self.process.kill()
        _, _, usage = os.wait4(self.process.pid, 0)
        # It has been waited for here, for the sake of what it used.
        self.process.returncode = 0
        self.memory = usage.ru_maxrss / 1024
        self.words = self.process.stderr.read().decode(errors="replace")
        self.process.stderr.close()

    def exits(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
            if os.waitid(os.P_PID, self.process.pid, flags):
                return True
            time.sleep(0.02)
        return False


def cpu_seconds(pid):
    """What all threads of a process have run so far, to the nanosecond."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def measure_cost(file, server, lines):
    results = {name: [] for name in commands(file, "")}
    for number in range(ROUNDS):
        for name in results:
            command = commands(file, server.whip(f"{SHOW}{number}"))[name]
            results[name].append(Push(command, SECONDS))
    peer = next((name for name in results if name.startswith("ffmpeg")), None)
    lines.append("| program | CPU s a minute | ratio | peak MB | ratio |")
    lines.append("|---|---|---|---|---|")
    shares = {
        name: median([push.share for push in pushes]) for name, pushes in results.items()}
    memory = {
        name: median([push.memory for push in pushes]) for name, pushes in results.items()}
    for name, pushes in results.items():
        if shares[name] is None:
            lines.append(f"| `{name}` | void: {reason(pushes)} | | | |")
            continue
        lines.append(
            f"| `{name}` | {shares[name] * 60:.2f} | {ratio(shares, name, peer)} "
            f"| {memory[name]:.1f} | {ratio(memory, name, peer)} |")
    lines.append("")
    return results


def measure_starts(file, server, lines):
    results = {name: [] for name in commands(file, "")}
    for number in range(STARTS):
        for name in results:
            command = commands(file, server.whip(f"start{number}"))[name]
            results[name].append(Push(command, 0))
    peer = next((name for name in results if name.startswith("ffmpeg")), None)
    medians = {
        name: median([push.to_first for push in pushes]) for name, pushes in results.items()}
    for name, pushes in results.items():
        times = [push.to_first for push in pushes if push.to_first is not None]
        if not times:
            lines.append(f"| {server.name} | `{name}` | void: {reason(pushes)} | | | |")
            continue
        lines.append(
            f"| {server.name} | `{name}` | {medians[name] * 1000:.0f} | {min(times) * 1000:.0f} "
            f"| {max(times) * 1000:.0f} | {ratio(medians, name, peer)} |")


def median(values):
    """None where any try came to nothing."""
    return None if not values or None in values else statistics.median(values)


def ratio(values, name, peer):
    if peer is None or values[peer] is None or values[name] is None:
        return "-"
    return f"{values[name] / values[peer]:.2f}"


def reason(pushes):
    for push in pushes:
        words = push.words.strip().splitlines()
        if words:
            return words[-1][:120].replace("|", "/")
    return "no RTP packet came"


def main():
    file = os.environ[INSIDE]
    lines = []
    with servers.Relay(host=HOST) if servers.has_relay() else servers.Pion(host=HOST) as server:
        lines += [
            "### What a push costs", "",
            f"The same file of 720p30 H.264 at 1 Mbit/s and Opus, pushed by copy to {server.name}:",
            f"medians of {ROUNDS} rounds of {SECONDS} s in turn. CPU time is counted from",
            f"{WARM_UP} s after the first packet on; GStreamer's memory holds the Python that leads",
            "it. Ratios are to ffmpeg 9.", "",
        ]
        measure_cost(file, server, lines)
    lines += [
        "### From the start of the process to its first RTP packet", "",
        f"Milliseconds, {STARTS} starts in turn, seen on the wire; ratios are to ffmpeg 9.", "",
        "| to | program | median ms | min | max | ratio |", "|---|---|---|---|---|---|",
    ]
    if servers.has_relay():
        with servers.Relay(host=HOST) as server:
            measure_starts(file, server, lines)
    if servers.has_pion():
        with servers.Pion(host=HOST) as server:
            measure_starts(file, server, lines)
    lines.append("")
    print("\n".join(lines))


def enter():
    """Starts this script again inside of a network namespace, with a file to push."""
    ip = shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    if not ip or subprocess.run(
            unshare + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("Pushing is not measured: network namespaces are not permitted.\n")
        return
    network = (
        f"{ip} link set lo up && {ip} link add lca type veth peer name lcb && "
        f"{ip} addr add {HOST}/30 dev lca && {ip} link set lca up && {ip} link set lcb up")
    if servers.has_pion():
        servers.build_pion()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "show.mp4")
        make_file(file, SECONDS + WARM_UP + 10)
        environment = {**os.environ, INSIDE: file}
        subprocess.run(
            unshare + ["sh", "-c", f'{network} && exec "$@"', "sh", sys.executable, __file__],
            check=True, env=environment)


if __name__ == "__main__":
    if INSIDE in os.environ:
        main()
    else:
        enter()
