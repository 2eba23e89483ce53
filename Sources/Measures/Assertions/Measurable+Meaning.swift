extension Measurable {
    /// What it is, in a few words.
    package var meaning: String {
        switch self {
        case .latency: "latency of each frame, by the best method that there is"
        case .measure(let measure): measure.meaning
        case .tally(let tally): tally.meaning
        case .ratio(let ratio): ratio.meaning
        }
    }
}

extension Measure {
    package var meaning: String {
        switch self {
        case .startDNS: "from setting out to the address"
        case .startTCP: "from setting out to the connection"
        case .startTLS: "from setting out to the secured connection"
        case .startPOST: "from setting out to the answer of the endpoint"
        case .startICE: "from setting out to a route"
        case .startDTLS: "from setting out to the keys"
        case .startPacket: "from setting out to the first packet of media"
        case .startKeyframe: "from setting out to the first whole keyframe"
        case .startup: "from setting out to the first decoded picture"
        case .latencyBurned: "from the clock in the picture to the decoded picture"
        case .latencySEI: "from the clock beside the coded frame to the decoded picture"
        case .latencyCapture: "from capture, as a header extension tells it, to the whole frame"
        case .latencyNetwork: "estimated of sender reports and round trips, to the whole frame"
        case .delayNetwork: "part of latency: from the stamp to the whole frame"
        case .delayBuffer: "part of latency: from the whole frame to its turn"
        case .delayDecode: "part of latency: from its turn to the picture"
        case .frameGap: "between two pictures"
        case .freeze: "length of each freeze, as WebRTC's statistics define it"
        case .rebuffer: "length of each stop of over half a second"
        case .keyframeInterval: "from one keyframe to the next"
        case .frameRate: "pictures a second, window by window"
        case .bitRate: "bits a second, window by window"
        case .jitter: "of arrival (RFC 3550), window by window"
        case .roundTrip: "to the server and back"
        case .lossRun: "packets that were missed in a row"
        case .avOffset: "how far sound and picture are apart"
        case .avLead: "the same with its sign: positive where the picture is ahead"
        case .avLeadReported: "the same as the sender's reports tell it"
        case .audioGap: "length of each gap in the sound"
        case .loudness: "momentary loudness (EBU R 128)"
        case .pieceLoad: "from asking for a piece of a playlist to having it"
        case .startPlaylist: "from setting out to the playlist of pieces"
        case .startPiece: "from setting out to the first whole piece"
        case .playlistStale: "how much longer a playlist stayed as it was than it may"
        }
    }
}

extension Tally {
    package var meaning: String {
        switch self {
        case .viewersAsked: "viewers that set out"
        case .viewersJoined: "viewers that got media"
        case .viewersFailed: "viewers that did not get any"
        case .viewersLost: "viewers that were cut off"
        case .watchedMicroseconds: "time that viewers have watched"
        case .framesReceived: "whole coded frames"
        case .framesDecoded: "decoded pictures"
        case .framesDamaged: "frames that could not be decoded"
        case .framesRepeated: "pictures that were shown twice, by their stamps"
        case .framesSkipped: "pictures that never came, by their stamps"
        case .framesCached: "pictures older than the viewer's arrival"
        case .keyframes: "keyframes"
        case .stampsRead: "pictures whose stamp was read"
        case .stampsUnread: "pictures whose stamp could not be read"
        case .resolutionChanges: "changes of the picture's size"
        case .packetsExpected: "packets that were sent, as far as can be seen"
        case .packetsReceived: "packets that came"
        case .packetsMissed: "packets that did not come by themselves"
        case .packetsRepaired: "missed packets that came when they were asked for"
        case .packetsRepeated: "packets that came twice"
        case .bytesReceived: "bytes that came"
        case .nacks: "repairs that were asked for"
        case .keyframesAsked: "keyframes that were asked for"
        case .soundsReceived: "coded frames of sound"
        case .soundsDamaged: "frames of sound that could not be decoded"
        case .playlistLoads: "times that a playlist was loaded"
        case .playlistFaults: "faults of playlists"
        case .piecesLoaded: "pieces that were loaded"
        case .pieceFaults: "pieces that could not be had, or not be read"
        }
    }
}

extension Ratio {
    package var meaning: String {
        switch self {
        case .freeze: "share of the time watched that was frozen"
        case .rebuffer: "share of the time watched that stood still for loading"
        case .loss: "share of packets that did not come by themselves"
        case .lossAfter: "share of packets that did not come at all"
        case .damaged: "share of frames that could not be decoded"
        case .repeated: "share of pictures that were shown twice"
        case .skipped: "share of pictures that never came"
        case .unread: "share of pictures whose stamp could not be read"
        case .failed: "share of viewers that failed"
        }
    }
}
