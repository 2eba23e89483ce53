import Signaling

/// What a request's target names.
enum ServicePlace: Equatable {
    case signaling(SignalingRole)
    case index
    case health
    case metrics
    case shows
    case clock
    case player(show: String)
    case publisher(show: String)
    case nothing

    static let whipRoot = "/whip"
    static let whepRoot = "/whep"

    /// Queries are for pages themselves; nothing is decoded, so there is one way to write each.
    init(_ target: String) {
        let path = target.prefix { $0 != "?" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        switch (path, parts.count) {
        case ("/", _): self = .index
        case ("/healthz", _): self = .health
        case ("/metrics", _): self = .metrics
        case ("/shows", _): self = .shows
        case ("/clock", _): self = .clock
        case _ where path.hasPrefix(Self.whipRoot + "/"): self = .signaling(.whip)
        case _ where path.hasPrefix(Self.whepRoot + "/"): self = .signaling(.whep)
        case (_, 2) where SignalingEndpoint.isName(parts[1]):
            self = .player(show: String(parts[1]))
        case (_, 3) where SignalingEndpoint.isName(parts[1]) && parts[2] == "publish":
            self = .publisher(show: String(parts[1]))
        default: self = .nothing
        }
    }
}
