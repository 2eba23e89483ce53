#!/usr/bin/python3
"""Measures vod-cut beside ffmpeg and smartcut in one run: clips, their exactness, memory by length,
HLS by copy, the ladder, and the analysis for trim. Prints Markdown.

LC_BENCH_VOD names a folder that keeps the sources for the next run; LC_BENCH_ROUNDS how often each
is run; LC_BENCH_PARTS some of the parts: clips exact memory hls ladder trim.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import vod_judge

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("LC_BENCH_ROUNDS", "3"))
PARTS = os.environ.get("LC_BENCH_PARTS", "clips exact memory hls ladder trim").split()
RATE = vod_judge.RATE
MINUTES = 10
LONG = 6
CLIPS = 20
FRAMES = 590
SMARTCUT = "smartcut==1.7"
# HLS alone, as the peers make it.
BARE = ["--no-mp4", "--no-thumbnails"]


def say(line=""):
    print(line, flush=True)


class Run:
    """What one or several processes in a row have used; the most memory of any."""

    def __init__(self, commands, folder):
        self.cpu, self.memory = 0.0, 0.0
        null = os.open(os.devnull, os.O_RDWR)
        notes = os.open(os.path.join(folder, "words"), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1),
                   (os.POSIX_SPAWN_DUP2, notes, 2)]
        start = time.perf_counter()
        for command in commands:
            pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
            _, status, usage = os.wait4(pid, 0)
            if status != 0:
                with open(os.path.join(folder, "words"), encoding="utf-8") as file:
                    words = file.read()[-500:]
                raise SystemExit(f"bench: '{' '.join(command)[:300]}' ended with {status}: {words}")
            self.cpu += usage.ru_utime + usage.ru_stime
            self.memory = max(self.memory, usage.ru_maxrss / 1024)
        self.seconds = time.perf_counter() - start
        os.close(null)
        os.close(notes)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def measure(makers, scratch, rounds=None, warm=True):
    """Runs in turn what the makers give for a fresh folder each; the first round warms up."""
    results = {name: [] for name in makers}
    for number in range((rounds or ROUNDS) + (1 if warm else 0)):
        for name, maker in makers.items():
            folder = fresh(os.path.join(scratch, "out", name.split(",")[0].replace(" ", "-")))
            done = Run(maker(folder), scratch)
            if number > 0 or not warm:
                results[name].append(done)
    return results


def median(values):
    return statistics.median(values)


def table(results, peer, extra=None):
    base = median([run.seconds for run in results[peer]])
    say(f"| what | median s | min | max | CPU s | peak MB | ratio to {peer} |")
    say("|---|---|---|---|---|---|---|")
    for name, runs in results.items():
        seconds = [run.seconds for run in runs]
        say(f"| {name} | {median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} "
            f"| {median([run.cpu for run in runs]):.2f} | {max(run.memory for run in runs):.0f} "
            f"| {median(seconds) / base:.2f} |")
    say()


def clip_frames():
    """The first picture of each clip and the one after its last; few begin at a keyframe."""
    step = (MINUTES * 60 * RATE - FRAMES - 74) // (CLIPS - 1)
    return [(37 + step * number, 37 + step * number + FRAMES) for number in range(CLIPS)]


def seconds(frame):
    return f"{frame / RATE:.6f}"


def smartcut_python():
    """The Python that has smartcut, made on first use; None where it cannot be had."""
    folder = os.environ.get("LC_SMARTCUT", os.path.join(TOP, ".build/smartcut"))
    python = os.path.join(folder, "bin/python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=False)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        SMARTCUT], check=False)
    works = subprocess.run([python, "-c", "import smartcut.cut_video"], check=False,
                           stderr=subprocess.DEVNULL) if os.path.exists(python) else None
    return python if works and works.returncode == 0 else None


def copies(source, clips):
    def maker(folder):
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
        for first, end in clips:
            command += ["-ss", seconds(first), "-t", seconds(end - first), "-i", source]
        for number in range(len(clips)):
            command += ["-map", str(number), "-c", "copy", f"{folder}/clip{number:02}.mp4"]
        return [command]
    return maker


def encodes(source, clips):
    def maker(folder):
        return [["ffmpeg", "-v", "error", "-nostdin", "-y", "-ss", seconds(first), "-i", source,
                 "-t", seconds(end - first), "-c:v", "libx264", "-preset", "veryfast", "-crf",
                 "20", "-g", "60", "-c:a", "aac", "-b:a", "128k", f"{folder}/clip{number:02}.mp4"]
                for number, (first, end) in enumerate(clips)]
    return maker


def ours(source, clips):
    def maker(folder):
        command = ["vod-cut", "clip", source]
        for first, end in clips:
            command += ["--range", f"{seconds(first)}-{seconds(end)}"]
        return [command + ["--output", folder, "--force"]]
    return maker


def smartcut_process(python, source, clips):
    def maker(folder):
        words = [f"{first}-{end}" for first, end in clips]
        return [[python, os.path.join(HERE, "smartcut_clips.py"), source, f"{folder}/clip#.mp4",
                 str(RATE)] + words]
    return maker


def smartcut_calls(python, source, clips):
    def maker(folder):
        return [[python, "-m", "smartcut", source, f"{folder}/clip{number:02}.mp4", "--frames",
                 "-k", f"{first},{end - 1}", "--log-level", "error"]
                for number, (first, end) in enumerate(clips)]
    return maker


def copied_files(folder):
    def maker(target):
        return [["cp", "-r", folder, target]]
    return maker


def cutters(source, clips):
    """Everybody that cuts, the quick ones first; what encodes everything is last."""
    makers = {"ffmpeg -c copy": copies(source, clips), "vod-cut clip": ours(source, clips)}
    python = smartcut_python()
    if python:
        makers["smartcut, one process"] = smartcut_process(python, source, clips)
        makers["smartcut, a process each"] = smartcut_calls(python, source, clips)
    return makers


def bench_clips(scratch, source):
    clips = clip_frames()
    say(f"### {CLIPS} clips of {FRAMES} pictures from {MINUTES} minutes of 720p30")
    say()
    say(f"{ROUNDS} rounds in turn, but one of the last line. The source: x264 veryfast, crf 23,")
    say("a keyframe every 60 pictures, 3 B-frames, AAC. `cp` copies the files that vod-cut made.")
    say()
    makers = cutters(source, clips)
    whole = {"vod-cut clip": makers["vod-cut clip"]}
    measure(whole, scratch, rounds=1, warm=False)
    keep = fresh(os.path.join(scratch, "kept"))
    shutil.copytree(os.path.join(scratch, "out/vod-cut-clip"), os.path.join(keep, "clips"))
    makers = {"cp": copied_files(os.path.join(keep, "clips")), **makers}
    results = measure(makers, scratch)
    results.update(measure(
        {"ffmpeg, encoded anew": encodes(source, clips)}, scratch, rounds=1, warm=False))
    table(results, "vod-cut clip")


def made(folder):
    """The files of a folder in order, wherever in it."""
    found = []
    for parent, _, names in os.walk(folder):
        found += [os.path.join(parent, name) for name in names if name.endswith(".mp4")]
    return sorted(found)


def bench_exact(scratch, source):
    say("### Exactness of the same clips, by decoding them with ffmpeg")
    say()
    say("Of all clips, those whose first and last picture are as wished, and those that show every")
    say("picture between once; how far the sound is from the picture, and how like the source's it")
    say("is, where each is worst (1 is equal).")
    say()
    clips = clip_frames()
    makers = dict(cutters(source, clips))
    makers.pop("smartcut, a process each", None)
    say("| what | first | last | all between | sound off, samples | ms | likeness |")
    say("|---|---|---|---|---|---|---|")
    judge = vod_judge.Source(source)
    for name, maker in makers.items():
        folder = fresh(os.path.join(scratch, "exact"))
        Run(maker(folder), scratch)
        files = made(folder)
        verdicts = [judge.judge(file, first, end) for file, (first, end) in zip(files, clips)]
        count = len(clips)
        worst = max((each["lag"] for each in verdicts if each["lag"] is not None), default=0)
        say(f"| {name} | {sum(each['first'] for each in verdicts)}/{count} "
            f"| {sum(each['last'] for each in verdicts)}/{count} "
            f"| {sum(each['all'] for each in verdicts)}/{count} | {worst} "
            f"| {worst / vod_judge.SOUND_RATE * 1000:.2f} "
            f"| {min(each['likeness'] for each in verdicts):.3f} |")
    say()


def bench_memory(scratch, source, long):
    say(f"### Memory and time by the length of the source: {MINUTES} and {MINUTES * LONG} minutes")
    say()
    say("| what | source | median s | peak MB |")
    say("|---|---|---|---|")
    clips = clip_frames()
    one = [(3037, 4911)]
    for words, wanted in (("one clip of 62 s", one), (f"{CLIPS} clips", clips)):
        for length, path in ((MINUTES, source), (MINUTES * LONG, long)):
            makers = cutters(path, wanted)
            makers.pop("smartcut, a process each", None)
            for name, runs in measure(makers, scratch, warm=False).items():
                say(f"| {name}, {words} | {length} min "
                    f"| {median([run.seconds for run in runs]):.2f} "
                    f"| {max(run.memory for run in runs):.0f} |")
    say()


def bench_hls(scratch, source):
    say(f"### HLS of {MINUTES} minutes by copy, fMP4, 6 s")
    say()
    peer = "ffmpeg -c copy -f hls"
    table(measure({
        peer: lambda folder: [[
            "ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, "-c", "copy", "-f", "hls",
            "-hls_segment_type", "fmp4", "-hls_time", "6", "-hls_playlist_type", "vod",
            "-master_pl_name", "main.m3u8", f"{folder}/video.m3u8"]],
        "vod-cut package --copy": lambda folder: [[
            "vod-cut", "package", source, "--copy", *BARE, "--output", f"{folder}/hls"]],
    }, scratch), peer)


def part_of(source, scratch, length):
    path = os.path.join(scratch, f"part{length}.mp4")
    vod_judge.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-t", str(length), "-c", "copy",
                   path])
    return path


def bench_ladder(scratch, source):
    say("### A ladder of 720p, 480p and 360p for 60 s, CMAF")
    say()
    part = part_of(source, scratch, 60)
    rungs = [(1280, 720, "2800k"), (854, 480, "1400k"), (640, 360, "800k")]
    graph = "[0:v]split=3[a][b][c];" + ";".join(
        f"[{name}]scale={width}:{height}[{name}o]"
        for name, (width, height, _) in zip("abc", rungs))

    def theirs(folder):
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", part, "-filter_complex", graph]
        for number, (name, (_, _, rate)) in enumerate(zip("abc", rungs)):
            command += ["-map", f"[{name}o]", f"-b:v:{number}", rate, f"-maxrate:v:{number}", rate,
                        f"-bufsize:v:{number}", f"{int(rate[:-1]) * 2}k"]
        command += ["-map", "0:a", "-c:v", "libx264", "-preset", "veryfast", "-g", "60",
                    "-keyint_min", "60", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "128k",
                    "-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", "6",
                    "-hls_playlist_type", "vod", "-master_pl_name", "main.m3u8",
                    "-hls_segment_filename", f"{folder}/%v-%d.m4s",
                    "-hls_fmp4_init_filename", "%v-init.mp4", "-var_stream_map",
                    "a:0,agroup:s v:0,agroup:s v:1,agroup:s v:2,agroup:s", f"{folder}/%v.m3u8"]
        return [command]

    ladder = ",".join(f"{height}p@{rate}" for _, height, rate in rungs)
    peer = "one ffmpeg command"
    table(measure({
        peer: theirs,
        "vod-cut package": lambda folder: [[
            "vod-cut", "package", part, *BARE, "--ladder", ladder, "--output", f"{folder}/hls"]],
    }, scratch, warm=False), peer)


def bench_trim(scratch, source):
    say(f"### Analysis of {MINUTES} minutes for trim")
    say()
    plain = ["ffmpeg", "-v", "error", "-nostdin"]

    def theirs(*words):
        return lambda folder: [plain + list(words)]
    filters = "scale=320:-2,blackdetect,freezedetect"
    peer = "ffmpeg, keyframes: blackdetect, freezedetect; silencedetect"
    table(measure({
        peer: theirs("-skip_frame", "nokey", "-i", source, "-vf", filters, "-af", "silencedetect",
                     "-f", "null", "-"),
        "ffmpeg, all pictures": theirs(
            "-i", source, "-vf", filters, "-af", "silencedetect", "-f", "null", "-"),
        "vod-cut trim --dry-run": lambda folder: [["vod-cut", "trim", source, "--dry-run"]],
    }, scratch, warm=False), peer)


def sources(folder):
    """The movie of ten minutes and the one of an hour, made where they are not there yet."""
    short = os.path.join(folder, f"numbered{MINUTES}.mp4")
    long = os.path.join(folder, f"numbered{MINUTES * LONG}.mp4")
    if not os.path.exists(short):
        vod_judge.make(short + ".part.mp4", MINUTES * 60)
        os.rename(short + ".part.mp4", short)
    if not os.path.exists(long):
        listing = os.path.join(folder, "list.txt")
        with open(listing, "w", encoding="utf-8") as file:
            file.write(f"file '{short}'\n" * LONG)
        vod_judge.run(["ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", listing,
                       "-c", "copy", "-movflags", "+faststart", long + ".part.mp4"])
        os.rename(long + ".part.mp4", long)
    return short, long


def main():
    with tempfile.TemporaryDirectory() as scratch:
        keep = os.environ.get("LC_BENCH_VOD", scratch)
        source, long = sources(keep)
        if "clips" in PARTS:
            bench_clips(scratch, source)
        if "exact" in PARTS:
            bench_exact(scratch, source)
        if "memory" in PARTS:
            bench_memory(scratch, source, long)
        if "hls" in PARTS:
            bench_hls(scratch, source)
        if "ladder" in PARTS:
            bench_ladder(scratch, source)
        if "trim" in PARTS:
            bench_trim(scratch, source)


if __name__ == "__main__":
    main()
