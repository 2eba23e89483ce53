/// What is measured as a distribution of values.
///
/// The raw value names it in documents, assertions and tables.
package enum Measure: String, Sendable, CaseIterable, Hashable {
    // Start-up: one value a viewer, each from the moment that the viewer set out.

    case startDNS = "start_dns"
    case startTCP = "start_tcp"
    case startTLS = "start_tls"
    case startPOST = "start_post"
    case startICE = "start_ice"
    case startDTLS = "start_dtls"
    case startPacket = "start_packet"
    case startKeyframe = "start_keyframe"
    /// The first decoded frame: what a viewer calls the start.
    case startup = "startup"

    // Latency, one value a frame, by how it was measured. `MeasureSet.latency` is the best of them.

    /// From the clock burned into the picture to the decoded picture.
    case latencyBurned = "latency_burned"
    /// From a clock beside the coded frame to the decoded picture.
    case latencySEI = "latency_sei"
    /// From capture, as a header extension tells it, to the whole frame.
    case latencyCapture = "latency_capture"
    /// Estimated of sender reports and round trips, to the whole frame.
    case latencyNetwork = "latency_network"

    // Where it is spent, one value a frame.

    /// From the stamp, whichever it is, to the whole frame.
    case delayNetwork = "delay_network"
    /// From the whole frame to its turn.
    case delayBuffer = "delay_buffer"
    /// From its turn to the picture.
    case delayDecode = "delay_decode"

    // Smoothness

    /// Between two pictures as they were decoded.
    case frameGap = "frame_gap"
    /// How long each freeze was (as WebRTC's statistics define it).
    case freeze = "freeze"
    /// How long each stop was that a viewer takes for loading.
    case rebuffer = "rebuffer"
    case keyframeInterval = "keyframe_interval"
    /// Pictures in a window, in thousandths a second.
    case frameRate = "frame_rate"

    // Network

    case bitRate = "bit_rate"
    /// Of arrival (RFC 3550), once a window.
    case jitter = "jitter"
    case roundTrip = "round_trip"
    /// Packets that each gap was long.
    case lossRun = "loss_run"

    // Sound

    /// How far sound and picture are apart, by what they show; without its sign.
    case avOffset = "av_offset"
    /// The same with its sign: positive where the picture is ahead.
    case avLead = "av_lead"
    /// The same by the sender's clock as its reports tell it, with its sign.
    case avLeadReported = "av_lead_reported"
    case audioGap = "audio_gap"
    /// Momentary loudness (EBU R 128), in hundredths of a LUFS.
    case loudness = "loudness"

    // The fallback path

    /// From asking for a piece of a playlist to having it.
    case pieceLoad = "piece_load"
    /// How much longer a playlist stayed as it was than it may.
    case playlistStale = "playlist_stale"
    /// The first playlist is there, since the viewer set out.
    case startPlaylist = "start_playlist"
    /// The first piece, or part of one.
    case startPiece = "start_piece"

    package enum Unit: String, Sendable {
        case microseconds = "us"
        case bitsPerSecond = "bits_per_second"
        case milliframesPerSecond = "milliframes_per_second"
        case packets = "packets"
        case centiLUFS = "centi_lufs"
    }

    package var unit: Unit {
        switch self {
        case .bitRate: .bitsPerSecond
        case .frameRate: .milliframesPerSecond
        case .lossRun: .packets
        case .loudness: .centiLUFS
        default: .microseconds
        }
    }

    /// Whether more of it is worse; nil where neither is.
    package var isWorseWhenMore: Bool? {
        switch self {
        case .frameRate: false
        case .bitRate, .loudness, .avLead, .avLeadReported, .keyframeInterval: nil
        default: true
        }
    }
}

/// What is counted.
package enum Tally: String, Sendable, CaseIterable, Hashable {
    case viewersAsked = "viewers_asked"
    case viewersJoined = "viewers_joined"
    case viewersFailed = "viewers_failed"
    /// Who had joined and was lost.
    case viewersLost = "viewers_lost"
    /// Time that viewers have watched, from each one's first picture on; what ratios divide by.
    case watchedMicroseconds = "watched_us"

    case framesReceived = "frames_received"
    case framesDecoded = "frames_decoded"
    case framesDamaged = "frames_damaged"
    /// Shown twice, by the number in their stamp.
    case framesRepeated = "frames_repeated"
    /// Never seen, by the number in their stamp.
    case framesSkipped = "frames_skipped"
    /// Older than the viewer's arrival: they count for the start, not for latency.
    case framesCached = "frames_cached"
    case keyframes = "keyframes"
    case stampsRead = "stamps_read"
    case stampsUnread = "stamps_unread"
    case resolutionChanges = "resolution_changes"

    case packetsExpected = "packets_expected"
    case packetsReceived = "packets_received"
    /// Did not come by themselves.
    case packetsMissed = "packets_missed"
    /// Came when they were asked for.
    case packetsRepaired = "packets_repaired"
    case packetsRepeated = "packets_repeated"
    case bytesReceived = "bytes_received"
    case nacks = "nacks"
    case keyframesAsked = "keyframes_asked"

    case soundsReceived = "sounds_received"
    case soundsDamaged = "sounds_damaged"

    case playlistLoads = "playlist_loads"
    case playlistFaults = "playlist_faults"
    case piecesLoaded = "pieces_loaded"
    case pieceFaults = "piece_faults"
}

/// What is told as a share of something, 0 to 1.
package enum Ratio: String, Sendable, CaseIterable, Hashable {
    case freeze = "freeze"
    case rebuffer = "rebuffer"
    case loss = "loss"
    /// After retransmission.
    case lossAfter = "loss_after"
    case damaged = "damaged"
    case repeated = "repeated"
    case skipped = "skipped"
    case unread = "unread"
    case failed = "failed"
}
