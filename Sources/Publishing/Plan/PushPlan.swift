package import HTTP
package import Media
package import Signaling

/// A push as it is asked for, each part of it valid.
package struct PushPlan: Sendable {
    package enum Pacing: Sendable, Equatable {
        /// Files by their timestamps, what is live as it comes.
        case automatic
        case asItComes
    }

    package enum Limits {
        package static let destinations = 16
    }

    /// One after the other, without a gap.
    package var inputs: [InputAddress]
    package var loops: Bool
    /// Where the first input begins.
    package var start: Duration
    package var duration: Duration?
    package var pacing: Pacing
    /// The longest that an input may keep silent.
    package var inputTimeout: Duration
    package var wish: RenditionWish
    package var targets: [PlannedDestination]
    package var network: PushNetwork

    package init(
        inputs: [InputAddress], loops: Bool, start: Duration, duration: Duration?,
        pacing: Pacing, inputTimeout: Duration, wish: RenditionWish, targets: [PlannedDestination],
        network: PushNetwork
    ) {
        self.inputs = inputs
        self.loops = loops
        self.start = start
        self.duration = duration
        self.pacing = pacing
        self.inputTimeout = inputTimeout
        self.wish = wish
        self.targets = targets
        self.network = network
    }

    package var needs: DestinationNeeds {
        let all = targets.flatMap { [$0.address] + ($0.fallback.map { [$0] } ?? []) }
        return DestinationNeeds(
            webRTC: all.contains(where: \.isWebRTC), rtmp: all.contains { !$0.isWebRTC })
    }
}

/// Where a push sends: an address, and another one for when that fails.
package struct PlannedDestination: Sendable, Equatable {
    package var address: DestinationAddress
    package var fallback: DestinationAddress?

    package init(address: DestinationAddress, fallback: DestinationAddress?) {
        self.address = address
        self.fallback = fallback
    }
}

/// The address of a destination.
package enum DestinationAddress: Sendable, Equatable {
    case whip(URL)
    /// With its stream's key, so it is a secret.
    case rtmp(String)

    package enum Problem: Error, Sendable, Equatable {
        case notAURL
        case unknownScheme(String)
    }

    package init(parsing word: String) throws(Problem) {
        guard let url = try? URL(parsing: word), url.host?.isEmpty == false else {
            throw .notAURL
        }
        switch url.scheme {
        case "http", "https": self = .whip(url)
        case "rtmp", "rtmps": self = .rtmp(word)
        default: throw .unknownScheme(url.scheme)
        }
    }

    package var isWebRTC: Bool {
        if case .whip = self { true } else { false }
    }

    /// What can be shown: without passwords and stream keys.
    package var label: String {
        switch self {
        case .whip(let url): return Self.label(url, path: url.path)
        case .rtmp(let word):
            guard let url = try? URL(parsing: word) else { return "rtmp" }
            let folder = url.path.split(separator: "/").dropLast().joined(separator: "/")
            return Self.label(url, path: "/\(folder)/…")
        }
    }

    private static func label(_ url: URL, path: String) -> String {
        let host = url.host ?? ""
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(url.scheme)://\(name)\(url.port.map { ":\($0)" } ?? "")\(path)"
    }
}

/// How destinations are reached.
package struct PushNetwork: Sendable {
    package var bearer: String?
    package var servers: [ICEServer]
    package var relayOnly: Bool
    /// Refuses what deviates from the standards.
    package var isStrict: Bool
    package var authorityPath: String?
    package var verifiesPeer: Bool
    package var userAgent: String
    /// How often in a row a lost destination is tried again.
    package var reconnects: Bool

    package init(
        bearer: String?, servers: [ICEServer], relayOnly: Bool, isStrict: Bool,
        authorityPath: String?, verifiesPeer: Bool, userAgent: String, reconnects: Bool
    ) {
        self.bearer = bearer
        self.servers = servers
        self.relayOnly = relayOnly
        self.isStrict = isStrict
        self.authorityPath = authorityPath
        self.verifiesPeer = verifiesPeer
        self.userAgent = userAgent
        self.reconnects = reconnects
    }
}

extension PushNetwork {
    /// Whom FFmpeg is to believe, for inputs as for destinations.
    var trust: CertificateTrust {
        guard verifiesPeer else { return .anything }
        return authorityPath.map { .authorities(file: $0) } ?? .system
    }
}
