import Measures

extension Measure {
    /// As tables call it.
    var title: String {
        switch self {
        case .startDNS: "name found (DNS)"
        case .startTCP: "connected (TCP)"
        case .startTLS: "secured (TLS)"
        case .startPOST: "answered (POST)"
        case .startICE: "way found (ICE)"
        case .startDTLS: "keys agreed (DTLS)"
        case .startPacket: "first packet"
        case .startKeyframe: "first keyframe"
        case .startPlaylist: "playlist loaded"
        case .startPiece: "first piece loaded"
        case .startup: "first picture"
        case .latencyBurned: "glass to glass"
        case .latencySEI: "clock beside the frame"
        case .latencyCapture: "capture to receive"
        case .latencyNetwork: "network, estimated"
        case .delayNetwork: "on the way"
        case .delayBuffer: "in the jitter buffer"
        case .delayDecode: "in the decoder"
        case .frameGap: "between pictures"
        case .freeze: "freezes"
        case .rebuffer: "stops"
        case .keyframeInterval: "between keyframes"
        case .frameRate: "frame rate"
        case .bitRate: "bit rate"
        case .jitter: "jitter"
        case .roundTrip: "round trip"
        case .lossRun: "packets lost in a row"
        case .avOffset: "sound and picture apart"
        case .avLead: "picture ahead of sound"
        case .avLeadReported: "picture ahead, as reported"
        case .audioGap: "gaps in the sound"
        case .loudness: "loudness"
        case .pieceLoad: "loading a piece"
        case .playlistStale: "playlist out of date"
        }
    }

    /// How latency was measured, in a few words; nil for what is no latency.
    var method: String? {
        switch self {
        case .latencyBurned: "from the clock burned into the picture to the decoded picture"
        case .latencySEI: "from the clock beside the coded frame to the decoded picture"
        case .latencyCapture: "from capture, as the sender's abs-capture-time says, to the frame"
        case .latencyNetwork: "estimated of sender reports and round trips: encoding is not in it"
        default: nil
        }
    }

    /// As documents and labels call a method of latency: `burned`.
    var methodName: String? {
        switch self {
        case .latencyBurned: "burned"
        case .latencySEI: "sei"
        case .latencyCapture: "capture"
        case .latencyNetwork: "network"
        default: nil
        }
    }

    static let latencies: [Measure] = [
        .latencyBurned, .latencySEI, .latencyCapture, .latencyNetwork,
    ]

    /// The phases of the start, in their order.
    static let startPhases: [Measure] = [
        .startDNS, .startTCP, .startTLS, .startPOST, .startICE, .startDTLS, .startPacket,
        .startPlaylist, .startPiece, .startKeyframe, .startup,
    ]
}

extension Tally {
    /// As tables call it.
    var title: String {
        switch self {
        case .viewersAsked: "viewers that set out"
        case .viewersJoined: "viewers that joined"
        case .viewersFailed: "viewers that failed"
        case .viewersLost: "viewers that were lost"
        case .watchedMicroseconds: "time watched"
        case .framesReceived: "frames received"
        case .framesDecoded: "pictures decoded"
        case .framesDamaged: "frames that could not be decoded"
        case .framesRepeated: "pictures shown twice"
        case .framesSkipped: "pictures never seen"
        case .framesCached: "pictures older than the viewer's arrival"
        case .keyframes: "keyframes"
        case .stampsRead: "stamps read"
        case .stampsUnread: "stamps that could not be read"
        case .resolutionChanges: "changes of resolution"
        case .packetsExpected: "packets expected"
        case .packetsReceived: "packets received"
        case .packetsMissed: "packets missed"
        case .packetsRepaired: "packets repaired"
        case .packetsRepeated: "packets that came twice"
        case .bytesReceived: "bytes received"
        case .nacks: "packets asked for again (NACK)"
        case .keyframesAsked: "keyframes asked for (PLI)"
        case .soundsReceived: "sounds received"
        case .soundsDamaged: "sounds that could not be decoded"
        case .playlistLoads: "playlists loaded"
        case .playlistFaults: "faults of playlists"
        case .piecesLoaded: "pieces loaded"
        case .pieceFaults: "faults of pieces"
        }
    }
}

extension Ratio {
    /// As tables call it.
    var title: String {
        switch self {
        case .freeze: "time frozen"
        case .rebuffer: "time stopped"
        case .loss: "packets lost, before repair"
        case .lossAfter: "packets lost, after repair"
        case .damaged: "frames that could not be decoded"
        case .repeated: "pictures shown twice"
        case .skipped: "pictures never seen"
        case .unread: "stamps that could not be read"
        case .failed: "viewers that failed"
        }
    }
}
