package import Network
package import Primitives
package import WebRTC

/// How a relay stands: for metrics, and for whoever asks which shows there are.
package struct RelayReport: Sendable, Equatable {
    /// In the order of their names.
    package var shows: [ShowReport] = []
    package var sessions = 0
    package var counters = RelayCounters()
    package var socket = UDPCounters()
}

/// How one show stands.
package struct ShowReport: Sendable, Equatable {
    package let name: String
    /// Since when media have come; nil while none do.
    package var activeSince: Instant?
    package var publisher: PublisherReport?
    package var tracks: [TrackReport] = []
    package var viewerCount = 0
    package var packetsForwarded = 0

    package var isActive: Bool { activeSince != nil }
}

/// How the publisher of a show stands.
package struct PublisherReport: Sendable, Equatable {
    package var packetsReceived = 0
    /// Those that never came, not even when they were asked for again.
    package var packetsLost = 0
    package var packetsRepaired = 0
    package var keyframeRequests = 0
}

/// How one track of a show stands.
package struct TrackReport: Sendable, Equatable {
    /// Its place in the publication.
    package let media: Int
    package let codec: Codec
    package var layers: [LayerReport]
}

/// How one layer of a track stands; a track without simulcast has one.
package struct LayerReport: Sendable, Equatable {
    /// The publisher's name for it; empty without simulcast.
    package let rid: String
    package var isActive: Bool
    package var bitsPerSecond: Int
    package var size: PictureSize?
    package var viewerCount: Int
}

/// What a relay has done so far.
package struct RelayCounters: Sendable, Equatable {
    package var packetsReceived = 0
    package var packetsForwarded = 0
    package var bytesForwarded = 0
    package var keyframeRequests = 0
    /// Packets that viewers asked for again, and those that were there.
    package var repairsAsked = 0
    package var repairsSent = 0
    package var layerSwitches = 0
    package var publishersAccepted = 0
    package var viewersAccepted = 0
    package var viewersConnected = 0
    package var refused = 0
    package var sessionsEnded = 0
    /// Datagrams that are nobody's.
    package var strangers = 0
    /// Packets of viewers or publishers that were not what they should be.
    package var malformed = 0
    /// Packets of publishers beyond what they may send.
    package var overRate = 0

    package init() {}
}

/// What has changed about a show.
package enum ShowChange: Sendable, Equatable {
    /// Media have begun to come.
    case active
    /// The publisher is gone, or silent.
    case inactive
    /// Which layers there are, or what they carry.
    case layers
    case viewerCount(Int)
}
