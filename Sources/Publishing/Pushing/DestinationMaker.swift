import HTTP
import Media
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import WebRTC

/// Makes the destinations of a plan, and what they share. It belongs to the loop of the push.
final class DestinationMaker {
    private let plan: PushPlan
    private let cryptography: FanOutCryptography
    private let loop: EventLoop
    private let wallClock: WallClockAnchor
    private let cname: String

    /// Where nothing is known of the path; below no picture is worth sending.
    private static let lowestRate = 100_000.0
    /// Keyframes and what repairs cost come on top of the media themselves.
    private static let headroom = 1.5
    private static let highestRate = 50_000_000.0

    init(_ plan: PushPlan, on loop: EventLoop, wallClock: WallClockAnchor) throws(OpenSSLProblem) {
        self.plan = plan
        self.loop = loop
        self.wallClock = wallClock
        cryptography = FanOutCryptography(try OpenSSLCryptography(try Certificate()))
        var random = SystemRandomNumberGenerator()
        cname = String(random.next() as UInt64, radix: 36)
    }

    func make(_ renditions: RenditionPlan) -> [any Destination] {
        plan.targets.map { target in
            let primary = make(target.address, renditions)
            guard let fallback = target.fallback else { return primary }
            return FallbackDestination(primary: primary, limits: .usual, on: loop) { [self] in
                make(fallback, renditions)
            }
        }
    }

    private func make(_ address: DestinationAddress, _ renditions: RenditionPlan) -> any Destination
    {
        switch address {
        case .whip(let url): return makeWHIP(url, renditions)
        case .rtmp(let url): return makeRTMP(url)
        }
    }

    private func makeRTMP(_ url: String) -> any Destination {
        RTMPDestination(
            RTMPSettings(
                url: url, trust: plan.network.trust, timeout: RTMPSettings.usualTimeout,
                reconnect: reconnects), on: loop)
    }

    private func makeWHIP(_ url: URL, _ renditions: RenditionPlan) -> any Destination {
        let network = plan.network
        return WHIPDestination(
            WHIPSettings(
                endpoint: url, bearer: network.bearer, sendsBearerAnywhere: false,
                isStrict: network.isStrict, iceServers: network.servers,
                isRelayOnly: network.relayOnly, rates: rates(renditions), cname: cname,
                http: HTTPClientOptions(
                    authorityPath: network.authorityPath, verifiesPeer: network.verifiesPeer,
                    usesEnvironmentProxy: true, userAgent: network.userAgent, transfers: 8),
                limits: .usual, reconnect: reconnects, wallClock: wallClock),
            cryptography, on: loop)
    }

    /// A destination that was never there is told of at once, where another one can take its place.
    private var reconnects: ReconnectLimits {
        var limits = ReconnectLimits.usual
        limits.firstTries = 1
        if !plan.network.reconnects { limits.tries = 1 }
        return limits
    }

    /// It begins with all that is to be sent: a show is not worth watching in its first seconds
    /// otherwise.
    private func rates(_ renditions: RenditionPlan) -> RateLimits {
        let video = renditions.video.map { rendition in
            let aimed = rendition.aims.reduce(0) { $0 + $1.bitsPerSecond }
            guard rendition.making.isCopy else { return Double(aimed) }
            return Double(max(renditions.picture?.bitRate ?? 0, aimed))
        }
        let audio = renditions.audio.first.map { Double($0.bitsPerSecond) } ?? 0
        let needed = ((video.max() ?? 0) + audio) * Self.headroom
        let maximum = min(max(needed * 2, 1_000_000), Self.highestRate)
        // Sound is sent at its rate whatever the path carries: what is less than that and a poor
        // picture would leave the picture nothing, and it would never come again.
        let minimum = min(Self.lowestRate + audio * Self.headroom, maximum)
        return RateLimits(
            minimum: minimum, start: min(max(needed, 500_000), maximum), maximum: maximum)
    }
}
