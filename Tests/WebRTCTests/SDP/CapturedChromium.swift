extension CapturedOffers {
    /// Extensions as Chromium numbers them on a video m-line.
    private static let videoExtensions = """
        a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:13 urn:3gpp:video-orientation
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
        a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/video-content-type
        a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/video-timing
        a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
        a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
        """

    private static let transport = """
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:8hI/
        a=ice-pwd:zM8pT6V2qsh/NYj+eW4dD0Kf
        a=ice-options:trickle
        a=fingerprint:\(sha256)
        a=setup:actpass
        """

    /// A video codec with Chromium's feedback, and its retransmissions.
    private static func video(_ number: Int, _ name: String, _ fmtp: String?, rtx: Int) -> String {
        let feedback = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]
        let lines =
            ["a=rtpmap:\(number) \(name)/90000"]
            + feedback.map { "a=rtcp-fb:\(number) \($0)" }
            + (fmtp.map { ["a=fmtp:\(number) \($0)"] } ?? [])
            + ["a=rtpmap:\(rtx) rtx/90000", "a=fmtp:\(rtx) apt=\(number)"]
        return lines.joined(separator: "\n")
    }

    private static func h264(_ mode: Int, _ profile: String) -> String {
        "level-asymmetry-allowed=1;packetization-mode=\(mode);profile-level-id=\(profile)"
    }

    private static let videoCodecs = [
        video(96, "VP8", nil, rtx: 97),
        video(98, "VP9", "profile-id=0", rtx: 99),
        video(100, "VP9", "profile-id=2", rtx: 101),
        video(103, "H264", h264(1, "42001f"), rtx: 104),
        video(107, "H264", h264(0, "42001f"), rtx: 108),
        video(109, "H264", h264(1, "42e01f"), rtx: 114),
        video(115, "H264", h264(0, "42e01f"), rtx: 116),
        video(117, "H264", h264(1, "4d001f"), rtx: 118),
        video(39, "H264", h264(0, "4d001f"), rtx: 40),
        video(45, "AV1", "level-idx=5;profile=0;tier=0", rtx: 46),
        "a=rtpmap:123 red/90000", "a=rtpmap:124 rtx/90000", "a=fmtp:124 apt=123",
        "a=rtpmap:125 ulpfec/90000",
    ].joined(separator: "\n")

    private static let videoNumbers =
        "96 97 98 99 100 101 103 104 107 108 109 114 115 116 117 118 39 40 45 46 123 124 125"

    private static func audio(_ direction: String) -> String {
        """
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        \(transport)
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=\(direction)
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        """
    }

    private static let head = """
        v=0
        o=- 6157394928311293024 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        """

    private static func videoLine(_ direction: String) -> String {
        """
        m=video 9 UDP/TLS/RTP/SAVPF \(videoNumbers)
        c=IN IP4 0.0.0.0
        \(transport)
        a=mid:1
        \(videoExtensions)
        a=\(direction)
        a=rtcp-mux
        a=rtcp-rsize
        a=rtcp-xr:rcvr-rtt=all
        \(videoCodecs)
        """
    }

    /// A player's offer.
    static let chromiumPlayer =
        [head, audio("recvonly"), videoLine("recvonly"), ""].joined(separator: "\n")

    /// A publisher's offer, with msid `-` as no stream was given.
    static let chromiumPublisher = [
        head, audio("sendonly"),
        """
        a=msid:- 8a1c2ce6-3fb0-4d0b-8c4a-6db3ed9a52e1
        a=ssrc:2387155013 cname:wTZ1fJ8SvU8YfQ0B
        a=ssrc:2387155013 msid:- 8a1c2ce6-3fb0-4d0b-8c4a-6db3ed9a52e1
        """,
        videoLine("sendonly"),
        """
        a=msid:- 0b7f1a76-3c92-4c53-bb5e-6c1e1de9a0fc
        a=ssrc-group:FID 1364905331 2986521404
        a=ssrc:1364905331 cname:wTZ1fJ8SvU8YfQ0B
        a=ssrc:1364905331 msid:- 0b7f1a76-3c92-4c53-bb5e-6c1e1de9a0fc
        a=ssrc:2986521404 cname:wTZ1fJ8SvU8YfQ0B
        a=ssrc:2986521404 msid:- 0b7f1a76-3c92-4c53-bb5e-6c1e1de9a0fc

        """,
    ].joined(separator: "\n")

    /// The same with three layers.
    static let chromiumSimulcast = [
        head, audio("sendonly"), "a=msid:- 8a1c2ce6-3fb0-4d0b-8c4a-6db3ed9a52e1",
        videoLine("sendonly"),
        """
        a=msid:- 0b7f1a76-3c92-4c53-bb5e-6c1e1de9a0fc
        a=rid:h send
        a=rid:m send
        a=rid:l send
        a=simulcast:send h;m;l

        """,
    ].joined(separator: "\n")

    static let all = [
        ("ffmpeg", ffmpeg), ("aiortc", aiortc), ("GStreamer", gstreamer), ("Pion", pion),
        ("Chromium's player", chromiumPlayer), ("Chromium's publisher", chromiumPublisher),
        ("Chromium's layers", chromiumSimulcast),
    ]
}
