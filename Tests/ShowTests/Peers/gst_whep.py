"""Plays by WHEP with GStreamer's webrtcbin, until standard input ends.

    gst_whep.py URL H264|VP8

Its offer goes when all candidates have been found. Says on standard output how much it has decoded,
a JSON object a line.
"""

import http.client
import json
import sys
import threading
import time
import urllib.parse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PATIENCE = 60
WANTED = {
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,payload=96,clock-rate=48000",
    "video": "application/x-rtp,media=video,encoding-name={},payload=97,clock-rate=90000",
}
# An offer without this asks for packetization mode 0, which nobody sends.
FORMATS = {"H264": ",packetization-mode=(string)1,profile-level-id=(string)42e01f", "VP8": ""}
DECODERS = {
    "audio": "rtpopusdepay ! opusdec",
    "H264": "rtph264depay ! h264parse ! avdec_h264",
    "VP8": "rtpvp8depay ! vp8dec",
}


def say(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Player:
    def __init__(self, url, codec):
        self.url, self.codec, self.resource = url, codec, None
        self.counts = {"audio": 0, "video": 0}
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new(None)
        self.peer = Gst.ElementFactory.make("webrtcbin", "peer")
        self.peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.peer)
        for kind in ("audio", "video"):
            wanted = WANTED[kind].format(codec) + (FORMATS[codec] if kind == "video" else "")
            caps = Gst.Caps.from_string(wanted)
            direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            transceiver = self.peer.emit("add-transceiver", direction, caps)
            if kind == "video":
                transceiver.set_property("do-nack", True)
        self.peer.connect("pad-added", self.came)
        self.peer.connect("notify::ice-gathering-state", self.gathering)
        self.peer.connect("notify::connection-state", self.connection)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.failed)

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered, None))
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

    def offered(self, promise, _):
        # What it holds lives as long as the reply does.
        reply = promise.get_reply()
        offer = reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def gathering(self, peer, _):
        if peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            offer = peer.get_property("local-description").sdp.as_text()
            threading.Thread(target=self.signal, args=(offer,), daemon=True).start()

    def connection(self, peer, _):
        say("connection", state=peer.get_property("connection-state").value_nick)

    def came(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        decoder = DECODERS["audio" if kind == "audio" else self.codec]
        sink = f"queue ! {decoder} ! fakesink name=sink sync=false signal-handoffs=true"
        branch = Gst.parse_bin_from_description(sink, True)
        branch.get_by_name("sink").connect("handoff", self.decoded, kind)
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def decoded(self, _, __, ___, kind):
        self.counts[kind] += 1
        if self.counts[kind] % 10 == 0:
            say("decoded", **self.counts)

    def failed(self, _, message):
        error, detail = message.parse_error()
        say("error", error=error.message, detail=detail)
        self.loop.quit()

    # The conversation with the endpoint, on a thread of its own.

    def ask(self, method, url, kind, body):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        connection.request(method, parts.path, body, {"Content-Type": kind} if kind else {})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()

    def signal(self, offer):
        deadline = time.monotonic() + PATIENCE
        while True:
            status, headers, answer = self.ask("POST", self.url, "application/sdp", offer)
            # 409 says that the show is not on the air yet.
            if status != 409 or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        say("posted", status=status, offer=offer, answer=answer)
        if status != 201:
            self.loop.quit()
            return
        self.resource = urllib.parse.urljoin(self.url, headers["Location"])
        _, message = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(
            GstWebRTC.WebRTCSDPType.ANSWER, message
        )
        self.peer.emit("set-remote-description", description, Gst.Promise.new())


Gst.init(None)
Player(*sys.argv[1:3]).run()
