"""Publishes by WHIP with GStreamer's webrtcbin, until standard input ends.

    gst_whip.py URL H264|VP8 [FILE]

What it publishes are test sources, or an MP4 file of H.264 and Opus as it is, in real time.

The offer goes without candidates; they follow by PATCH as they are found, then their end.
Says what happens on standard output, a JSON object a line.
"""

import http.client
import json
import queue
import sys
import threading
import urllib.parse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

# With several slices a picture, rtph264pay of 1.22 puts parameter sets between those of a keyframe,
# where decoders take a new picture to begin.
PAYLOADS = {
    "H264": (
        "x264enc tune=zerolatency sliced-threads=false speed-preset=ultrafast "
        "key-int-max=25 bitrate=500 ! "
        "video/x-h264,profile=constrained-baseline ! "
        "rtph264pay config-interval=-1 aggregate-mode=zero-latency"
    ),
    "VP8": "vp8enc deadline=1 keyframe-max-dist=25 target-bitrate=500000 ! rtpvp8pay",
}
# Of a file nothing is encoded; what has a clock holds each frame until its time.
FILE = (
    "webrtcbin name=peer bundle-policy=max-bundle filesrc name=file ! qtdemux name=demux "
    "demux.audio_0 ! queue ! opusparse ! identity sync=true ! rtpopuspay ! "
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=96 ! peer. "
    "demux.video_0 ! queue ! h264parse ! identity sync=true ! "
    "rtph264pay config-interval=-1 aggregate-mode=zero-latency ! "
    "application/x-rtp,media=video,encoding-name=H264,payload=97 ! peer."
)


def sources(codec):
    return (
        "webrtcbin name=peer bundle-policy=max-bundle "
        "audiotestsrc is-live=true wave=ticks ! audioconvert ! audioresample ! "
        "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! "
        "application/x-rtp,media=audio,encoding-name=OPUS,payload=96 ! peer. "
        "videotestsrc is-live=true pattern=ball ! "
        "video/x-raw,width=320,height=240,framerate=25/1 ! videoconvert ! queue ! "
        + PAYLOADS[codec]
        + f" ! application/x-rtp,media=video,encoding-name={codec},payload=97 ! peer."
    )


def say(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Publisher:
    def __init__(self, url, codec, path=None):
        self.url = url
        self.resource = None
        self.tag = None
        self.candidates = queue.Queue()
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.parse_launch(FILE if path else sources(codec))
        if path:
            self.pipeline.get_by_name("file").set_property("location", path)
        self.peer = self.pipeline.get_by_name("peer")
        self.peer.connect("on-negotiation-needed", self.negotiate)
        self.peer.connect("on-ice-candidate", self.found)
        self.peer.connect("notify::ice-gathering-state", self.gathering)
        self.peer.connect("notify::connection-state", self.connection)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.failed)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        threading.Thread(target=self.await_end, daemon=True).start()
        self.loop.run()
        if self.resource:
            status, _, _ = self.ask("DELETE", self.resource, None, "")
            say("deleted", status=status)
        self.pipeline.set_state(Gst.State.NULL)

    def await_end(self):
        sys.stdin.read()
        GLib.idle_add(self.loop.quit)

    # Signals of the elements, on their threads.

    def negotiate(self, peer):
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))

    def offered(self, promise, _):
        # What it holds lives as long as the reply does.
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        text = offer.sdp.as_text()
        self.peer.emit("set-local-description", offer, Gst.Promise.new())
        threading.Thread(target=self.signal, args=(text,), daemon=True).start()

    def found(self, _, line, candidate):
        self.candidates.put((line, candidate))

    def gathering(self, peer, _):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            self.candidates.put(None)

    def connection(self, peer, _):
        say("connection", state=peer.get_property("connection-state").value_nick)

    def failed(self, _, message):
        error, detail = message.parse_error()
        say("error", error=error.message, detail=detail)
        self.loop.quit()

    # The conversation with the endpoint, on a thread of its own.

    def ask(self, method, url, kind, body):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        headers = {"Content-Type": kind} if kind else {}
        if self.tag and method != "POST":
            headers["If-Match"] = self.tag
        connection.request(method, parts.path, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()

    def signal(self, offer):
        status, headers, answer = self.ask("POST", self.url, "application/sdp", offer)
        say("posted", status=status, offer=offer, answer=answer)
        if status != 201:
            self.loop.quit()
            return
        self.resource = urllib.parse.urljoin(self.url, headers["Location"])
        self.tag = headers["ETag"]
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(
            GstWebRTC.WebRTCSDPType.ANSWER, message
        )
        self.peer.emit("set-remote-description", description, Gst.Promise.new())
        self.trickle(offer)

    def trickle(self, offer):
        lines = offer.splitlines()
        credentials = [
            next(line for line in lines if line.startswith(name))
            for name in ("a=ice-ufrag:", "a=ice-pwd:")
        ]
        mids = [line for line in lines if line.startswith("a=mid:")]
        while True:
            item = self.candidates.get()
            tail = ["a=end-of-candidates"]
            place = 0
            if item:
                place, candidate = item
                tail = ["a=" + candidate]
            fragment = credentials + ["m=audio 9 RTP/AVP 0", mids[place]] + tail
            status, _, _ = self.ask(
                "PATCH",
                self.resource,
                "application/trickle-ice-sdpfrag",
                "".join(line + "\r\n" for line in fragment),
            )
            say("patched", status=status, isEnd=item is None, line=tail[0])
            if item is None:
                return


Gst.init(None)
Publisher(*sys.argv[1:4]).run()
