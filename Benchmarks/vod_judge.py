"""Makes movies of numbered pictures and a numbered sound, and judges clips of them by decoding them.

The numbers are 24 black and white fields in the middle of each picture, as in Tests/VODTests/Media:
18 bits and a check. The sound is noise, no two places of which are alike. Nothing but ffmpeg and
Python's own library is needed.
"""

import array
import operator
import os
import subprocess
import tempfile

RATE = 30
SOUND_RATE = 48000
WINDOW = 1024
# How far the sound of a clip is looked for, in samples, around the place where it should be.
REACH = 480


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command[:8])}…: {done.stderr.decode()[-500:]}")
    return done.stdout


def check(number):
    value = 5
    for shift in range(0, 18, 3):
        value = value * 3 + (number >> shift & 7)
    return value & 15


def fields(number):
    code = number | check(number) << 18 | 1 << 22
    return bytes(255 if code >> place & 1 else 0 for place in range(24))


def make(path, seconds):
    """720p30 of testsrc2, x264 veryfast, crf 23, keyframe every 60 frames, 3 B-frames; AAC of pink
    noise at 128 kbit/s."""
    with tempfile.NamedTemporaryFile() as numbers:
        numbers.write(b"".join(fields(number) for number in range(seconds * RATE)))
        numbers.flush()
        run(["ffmpeg", "-v", "error", "-y",
             "-f", "rawvideo", "-pixel_format", "gray", "-video_size", "4x6", "-framerate",
             str(RATE), "-i", numbers.name,
             "-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate={RATE}",
             "-f", "lavfi", "-i",
             f"anoisesrc=color=pink:seed=7:amplitude=0.4:sample_rate={SOUND_RATE}:"
             f"duration={seconds}",
             "-filter_complex",
             "[0:v]scale=384:576:flags=neighbor[n];[1:v][n]overlay=448:72:shortest=1,"
             "format=yuv420p[v]", "-map", "[v]", "-map", "2:a",
             "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", str(2 * RATE),
             "-keyint_min", str(2 * RATE), "-sc_threshold", "0", "-bf", "3",
             "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-aac_pns", "0",
             "-movflags", "+faststart", path])


def numbers(path):
    """The numbers of the pictures that ffmpeg shows, in turn; -1 where none can be read."""
    data = run(["ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
                "-vf", "crop=384:576:448:72,scale=4:6:flags=area", "-pix_fmt", "gray",
                "-f", "rawvideo", "-"])
    found = []
    for start in range(0, len(data), 24):
        code = 0
        for place, level in enumerate(data[start:start + 24]):
            code |= (level > 127) << place
        number = code & 0x3FFFF
        found.append(number if code == number | check(number) << 18 | 1 << 22 else -1)
    return found


def first_times(path):
    """When the first picture and the first sound are shown, in seconds."""
    times = []
    for stream in ("v:0", "a:0"):
        text = run(["ffmpeg", "-v", "error", "-copyts", "-i", path, "-map", f"0:{stream}",
                    "-frames", "1", "-fps_mode", "passthrough", "-enc_time_base", "-1",
                    "-f", "framecrc", "-"]).decode()
        base, time = 0.0, None
        for line in text.splitlines():
            if line.startswith("#tb 0:"):
                top, bottom = line[6:].split("/")
                base = int(top) / int(bottom)
            elif not line.startswith("#") and time is None:
                time = int(line.split(",")[2]) * base
        times.append(time or 0.0)
    return times


def sound(path, start=None, seconds=None):
    """One channel of 16 bits; of a part of the file where that is named."""
    cut = []
    if start is not None:
        cut = ["-ss", f"{start:.6f}", "-t", f"{seconds:.6f}"]
    data = run(["ffmpeg", "-v", "error", "-i", path, *cut, "-map", "0:a:0", "-ac", "1",
                "-ar", str(SOUND_RATE), "-f", "s16le", "-"])
    return array.array("h", data)


def alike(piece, there):
    product = sum(map(operator.mul, piece, there))
    power = sum(map(operator.mul, piece, piece)) * sum(map(operator.mul, there, there))
    return product / power ** 0.5 if power else 0.0


def lag(piece, whole, due):
    """How many samples later than due the piece plays, and how like the whole it is there."""
    best = (0, -1.0)
    for place in range(max(0, due - REACH), min(len(whole) - len(piece), due + REACH) + 1):
        likeness = alike(piece, whole[place:place + len(piece)])
        if likeness > best[1]:
            best = (due - place, likeness)
    return best


class Source:
    """A movie that was made here, and what its sound is."""

    def __init__(self, path):
        self.path = path
        self.sound = sound(path)

    def judge(self, clip, first, end):
        """What is wrong with a clip of the pictures from first until before end."""
        shown = numbers(clip)
        wanted = list(range(first, end))
        times = first_times(clip)
        own = sound(clip)
        origin = shown[0] if shown and shown[0] >= 0 else first
        # Where in its sound the clip's first picture is shown.
        zero = round((times[0] - times[1]) * SOUND_RATE)
        lags = []
        for place in (0, (end - first) * SOUND_RATE // RATE - 2 * WINDOW):
            at = zero + place
            piece = own[max(0, at):max(0, at) + WINDOW]
            if len(piece) < WINDOW:
                continue
            due = origin * SOUND_RATE // RATE + place + max(0, -at)
            lags.append(lag(piece, self.sound, due))
        return {
            "first": shown[0] == first if shown else False,
            "last": shown[-1] == end - 1 if shown else False,
            "all": shown == wanted,
            "lag": max((abs(each[0]) for each in lags), default=None),
            "likeness": min((each[1] for each in lags), default=0.0),
            "shown": len(shown),
        }


def size(path):
    return os.path.getsize(path)
