package import HTTP
package import Sessions
package import Signaling

/// What a probe is to do, before it begins.
package struct ProbePlan: Sendable {
    package var endpoint: URL
    package var network: ProbeNetwork
    /// How long to watch, from the first media on; nil until it is stopped.
    package var duration: Duration?
    /// How long to wait for a show that is not on the air yet.
    package var patience: Duration
    package var viewers: Int
    /// Viewers that set out in a second; nil for all at once.
    package var ramp: Double?
    /// How many of the viewers decode what they get; the others count.
    package var decoders: Int
    /// What the probe's own receiving side does to what arrives.
    package var impairment: Impairment?
    package var clock: ClockSource
    package var wishes: ProbeWishes

    package enum Limits {
        package static let viewers = 10_000
        package static let decoders = 16
    }

    package init(
        endpoint: URL, network: ProbeNetwork, duration: Duration?, patience: Duration,
        viewers: Int, ramp: Double?, decoders: Int, impairment: Impairment?, clock: ClockSource,
        wishes: ProbeWishes
    ) {
        self.endpoint = endpoint
        self.network = network
        self.duration = duration
        self.patience = patience
        self.viewers = viewers
        self.ramp = ramp
        self.decoders = decoders
        self.impairment = impairment
        self.clock = clock
        self.wishes = wishes
    }
}

/// What is wanted of a probe beside its report.
package struct ProbeWishes: Sendable, Equatable {
    /// A row for each frame of the first viewer that decodes.
    package var samples = false
    /// The first such viewer's packets, as a capture file has them.
    package var capture = false
    /// One of its pictures, as PNG.
    package var snapshot = false

    package init() {}
}

/// How the endpoint is reached.
package struct ProbeNetwork: Sendable {
    package var bearer: String?
    package var servers: [ICEServer]
    package var relayOnly: Bool
    /// Refuses what deviates from the standards.
    package var isStrict: Bool
    package var authorityPath: String?
    package var verifiesPeer: Bool
    package var userAgent: String

    package init(
        bearer: String?, servers: [ICEServer], relayOnly: Bool, isStrict: Bool,
        authorityPath: String?, verifiesPeer: Bool, userAgent: String
    ) {
        self.bearer = bearer
        self.servers = servers
        self.relayOnly = relayOnly
        self.isStrict = isStrict
        self.authorityPath = authorityPath
        self.verifiesPeer = verifiesPeer
        self.userAgent = userAgent
    }
}

/// Whom to ask how far the sender's clock is from ours.
package enum ClockSource: Sendable, Equatable {
    /// Nobody where the endpoint is on this machine; else `/clock` of the endpoint's server.
    case automatic
    /// The sender is known to read the same clock.
    case same
    case nobody
    case http(URL)
    case ntp(host: String, port: UInt16)
}
