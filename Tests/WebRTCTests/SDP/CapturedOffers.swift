/// Offers as real peers write them, with what makes each of them special left in.
enum CapturedOffers {
    static let sha256 = "sha-256 " + pairs(32)
    static let sha384 = "sha-384 " + pairs(48)
    static let sha512 = "sha-512 " + pairs(64)

    private static func pairs(_ count: Int) -> String {
        (0..<count).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            .joined(separator: ":")
    }

    /// ffmpeg 9 `-f whip`: passive, no candidates, only `nack`, the RTX SSRC in its group alone.
    static let ffmpeg = """
        v=0
        o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
        s=FFmpegPublishSession
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 0.0.0.0
        a=ice-ufrag:a174a1a5
        a=ice-pwd:5a9f1fb2a2ba8c6b5dbd9c2b5b0ff2f7
        a=fingerprint:\(sha256)
        a=setup:passive
        a=mid:0
        a=sendonly
        a=msid:FFmpeg audio
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=ssrc:3387962817 cname:FFmpeg
        a=ssrc:3387962817 msid:FFmpeg audio
        m=video 9 UDP/TLS/RTP/SAVPF 106 105
        c=IN IP4 0.0.0.0
        a=ice-ufrag:a174a1a5
        a=ice-pwd:5a9f1fb2a2ba8c6b5dbd9c2b5b0ff2f7
        a=fingerprint:\(sha256)
        a=setup:passive
        a=mid:1
        a=sendonly
        a=msid:FFmpeg video
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:106 H264/90000
        a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01f
        a=rtcp-fb:106 nack
        a=rtpmap:105 rtx/90000
        a=fmtp:105 apt=106
        a=ssrc-group:FID 3387962818 3387962819
        a=ssrc:3387962818 cname:FFmpeg
        a=ssrc:3387962818 msid:FFmpeg video

        """

    /// aiortc 1.16: a port, credentials and candidates for each m-line, three fingerprints.
    static let aiortc = """
        v=0
        o=- 3957371623 3957371623 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=msid-semantic:WMS *
        m=audio 48131 UDP/TLS/RTP/SAVPF 96 9 0 8
        c=IN IP4 192.0.2.17
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=mid:0
        a=msid:2c3a1b5e-51b7-4ec2-9d5a-07ab20ad46d4 7f83b1c5-0b94-4c30-a0f3-0d1d5d9c5e11
        a=rtcp:9 IN IP4 0.0.0.0
        a=rtcp-mux
        a=ssrc:1831097322 cname:93ad4d2b-b8bf-4b3e-8dd4-0a2cd5d36b0c
        a=rtpmap:96 opus/48000/2
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=candidate:d4c6a3f1 1 udp 2130706431 192.0.2.17 48131 typ host
        a=end-of-candidates
        a=ice-ufrag:u0Qj
        a=ice-pwd:LvBzYVzPWpTq2X4oIYkxHk
        a=fingerprint:\(sha256)
        a=fingerprint:\(sha384)
        a=fingerprint:\(sha512)
        a=setup:actpass
        m=video 60207 UDP/TLS/RTP/SAVPF 97 99 101
        c=IN IP4 192.0.2.17
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=mid:1
        a=msid:2c3a1b5e-51b7-4ec2-9d5a-07ab20ad46d4 b1ad9cf1-02cb-4ff2-90b5-1e6c1b3cf9f3
        a=rtcp:9 IN IP4 0.0.0.0
        a=rtcp-mux
        a=ssrc:3209861117 cname:93ad4d2b-b8bf-4b3e-8dd4-0a2cd5d36b0c
        a=rtpmap:97 VP8/90000
        a=rtcp-fb:97 nack
        a=rtcp-fb:97 nack pli
        a=rtcp-fb:97 goog-remb
        a=rtpmap:99 H264/90000
        a=rtcp-fb:99 nack
        a=rtcp-fb:99 nack pli
        a=rtcp-fb:99 goog-remb
        a=fmtp:99 packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=42001f
        a=rtpmap:101 H264/90000
        a=rtcp-fb:101 nack
        a=rtcp-fb:101 nack pli
        a=rtcp-fb:101 goog-remb
        a=fmtp:101 packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=42e01f
        a=candidate:d4c6a3f1 1 udp 2130706431 192.0.2.17 60207 typ host
        a=end-of-candidates
        a=ice-ufrag:7pXW
        a=ice-pwd:v3xKtm8q1nP7oMHcbQ5zTA
        a=fingerprint:\(sha256)
        a=fingerprint:\(sha384)
        a=fingerprint:\(sha512)
        a=setup:actpass

        """

    /// GStreamer 1.22 webrtcbin: `OPUS`, a bundle-only m-line with port 0, `+` in credentials.
    static let gstreamer = """
        v=0
        o=- 7381279112739163421 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=ice-options:trickle
        a=group:BUNDLE audio0 video1
        m=audio 9 UDP/TLS/RTP/SAVPF 97
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=ice-ufrag:x/Bb+1vN7mQhKYcM2s3aGZ4tTn6kLpWd
        a=ice-pwd:Ji+QxV9/2hbUuQWbTz0cR8sPdg3nEeLk
        a=rtcp-mux
        a=rtcp-rsize
        a=sendonly
        a=rtpmap:97 OPUS/48000/2
        a=rtcp-fb:97 transport-cc
        a=fmtp:97 sprop-maxcapturerate=48000;sprop-stereo=1
        a=ssrc:1622390154 msid:user1438271349@host-7a85e0bf webrtctransceiver0
        a=ssrc:1622390154 cname:user1438271349@host-7a85e0bf
        a=mid:audio0
        a=fingerprint:\(sha256)
        a=rtcp-mux-only
        m=video 0 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=ice-ufrag:x/Bb+1vN7mQhKYcM2s3aGZ4tTn6kLpWd
        a=ice-pwd:Ji+QxV9/2hbUuQWbTz0cR8sPdg3nEeLk
        a=bundle-only
        a=rtcp-mux
        a=rtcp-rsize
        a=sendonly
        a=rtpmap:96 H264/90000
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 transport-cc
        a=framerate:30
        a=fmtp:96 packetization-mode=1; profile-level-id=42c01f; \
        sprop-parameter-sets=Z0LAH9oBQBbsBagICgAAAwACAAADAHkeMGVA,aM48gA==
        a=ssrc:3012761187 msid:user1438271349@host-7a85e0bf webrtctransceiver1
        a=ssrc:3012761187 cname:user1438271349@host-7a85e0bf
        a=mid:video1
        a=fingerprint:\(sha256)
        a=rtcp-mux-only

        """

    /// Pion v3: fingerprint for the session, candidates twice and on the first m-line alone,
    /// a blank after `nack`.
    static let pion = """
        v=0
        o=- 5136285246735842021 1719844521 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:\(sha256)
        a=extmap-allow-mixed
        a=group:BUNDLE 0 1
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 121 127 120 125 107 108 109 123 118
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=mid:0
        a=ice-ufrag:kjOvIxYQxTkiTPiH
        a=ice-pwd:lUlrvvpVYyFPWfaIvwtsQgmKsZGXFyWc
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb\u{20}
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 nack\u{20}
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=rtpmap:102 H264/90000
        a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
        a=rtcp-fb:102 goog-remb\u{20}
        a=rtcp-fb:102 ccm fir
        a=rtcp-fb:102 nack\u{20}
        a=rtcp-fb:102 nack pli
        a=rtpmap:121 rtx/90000
        a=fmtp:121 apt=102
        a=rtpmap:127 H264/90000
        a=fmtp:127 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f
        a=rtcp-fb:127 nack\u{20}
        a=rtpmap:120 rtx/90000
        a=fmtp:120 apt=127
        a=rtpmap:125 H264/90000
        a=fmtp:125 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
        a=rtcp-fb:125 goog-remb\u{20}
        a=rtcp-fb:125 ccm fir
        a=rtcp-fb:125 nack\u{20}
        a=rtcp-fb:125 nack pli
        a=rtcp-fb:125 transport-cc\u{20}
        a=rtpmap:107 rtx/90000
        a=fmtp:107 apt=125
        a=rtpmap:108 H264/90000
        a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
        a=rtpmap:109 rtx/90000
        a=fmtp:109 apt=108
        a=rtpmap:123 H264/90000
        a=fmtp:123 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640032
        a=rtpmap:118 rtx/90000
        a=fmtp:118 apt=123
        a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=recvonly
        a=candidate:2516870103 1 udp 2130706431 192.0.2.33 51472 typ host
        a=candidate:2516870103 2 udp 2130706431 192.0.2.33 51472 typ host
        a=end-of-candidates
        m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=mid:1
        a=ice-ufrag:kjOvIxYQxTkiTPiH
        a=ice-pwd:lUlrvvpVYyFPWfaIvwtsQgmKsZGXFyWc
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=extmap:1 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=recvonly

        """
}
