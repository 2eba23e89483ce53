"""Cuts many clips with smartcut's own interface in one process: the quickest that it can do.

Arguments: source, output with a # for the number, frames a second, then FIRST-END of each clip in
frames, the end not included.
"""

import sys
from fractions import Fraction

from smartcut.cut_video import (
    AudioExportInfo, AudioExportSettings, VideoExportMode, VideoExportQuality, VideoSettings,
    smart_cut)
from smartcut.media_container import MediaContainer

source = MediaContainer(sys.argv[1])
rate = int(sys.argv[3])
segments = []
for word in sys.argv[4:]:
    first, end = word.split("-")
    segments.append((Fraction(int(first), rate), Fraction(int(end), rate)))
sound = AudioExportInfo(
    output_tracks=[AudioExportSettings(codec="passthru")] * len(source.audio_tracks))
error = smart_cut(
    source, segments, sys.argv[2], audio_export_info=sound, log_level="error", segment_mode=True,
    video_settings=VideoSettings(VideoExportMode.SMARTCUT, VideoExportQuality.NORMAL, "copy"))
if error:
    raise error
