package import Network
package import Primitives
package import WebRTC

/// What a relay is told before it starts.
package struct RelaySettings: Sendable {
    /// What becomes of a publisher whose show has one already (WHIP 10).
    package enum PublisherPolicy: Sendable, Equatable {
        /// The new one takes over: whoever has lost his connection comes back at once.
        case replace
        case refuse
    }

    /// Where the one UDP socket is bound; port 0 takes a free one.
    package var address: SocketAddress
    /// Where the relay is reached from outside; port 0 stands for the socket's. Empty: by the
    /// addresses of the interfaces, or by the one that the socket is bound to.
    package var publicAddresses: [SocketAddress]
    /// What the kernel is asked to set aside for datagrams, for each direction.
    package var socketBufferBytes: Int
    package var usesSegmentation: Bool
    package var publisherPolicy: PublisherPolicy
    /// How many layers of simulcast are taken from a publisher.
    package var maximumLayers: Int
    package var limits: RelayLimits
    /// The time of day, for reports.
    package var wallClock: WallClockAnchor

    package init(
        address: SocketAddress, publicAddresses: [SocketAddress], socketBufferBytes: Int,
        usesSegmentation: Bool, publisherPolicy: PublisherPolicy, maximumLayers: Int,
        limits: RelayLimits, wallClock: WallClockAnchor
    ) {
        self.address = address
        self.publicAddresses = publicAddresses
        self.socketBufferBytes = socketBufferBytes
        self.usesSegmentation = usesSegmentation
        self.publisherPolicy = publisherPolicy
        self.maximumLayers = maximumLayers
        self.limits = limits
        self.wallClock = wallClock
    }
}

/// How much a relay takes upon itself.
package struct RelayLimits: Sendable, Equatable {
    /// Publishers and viewers together.
    package var sessions: Int
    package var shows: Int
    package var viewersPerShow: Int
    /// What a publisher may send; he is told of it, and what is far above it is dropped.
    package var publisherBitsPerSecond: Int
    /// A session that has not been connected by then ends.
    package var connecting: Duration
    /// A session that has not been heard of for so long ends.
    package var silence: Duration

    package init(
        sessions: Int, shows: Int, viewersPerShow: Int, publisherBitsPerSecond: Int,
        connecting: Duration, silence: Duration
    ) {
        self.sessions = sessions
        self.shows = shows
        self.viewersPerShow = viewersPerShow
        self.publisherBitsPerSecond = publisherBitsPerSecond
        self.connecting = connecting
        self.silence = silence
    }

    /// What one core can carry.
    package static let standard = RelayLimits(
        sessions: 4096, shows: 256, viewersPerShow: 4096, publisherBitsPerSecond: 20_000_000,
        connecting: .seconds(20), silence: .seconds(10))
}

/// Why a relay could not be started.
package enum RelayProblem: Error, Sendable, Equatable {
    case network(NetworkError)
    /// The library's own words.
    case cryptography([String])
    /// It is bound to every address, and the host has none that others could reach.
    case noAddress
}
