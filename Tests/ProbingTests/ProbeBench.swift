import HTTP
import Measures
import Media
import Network
import Primitives
import Publishing
import Relaying
import Signaling
import TestSupport
import WebRTC

@testable import Probing
@testable import SessionSupport

/// A relay, who publishes to it, and a probe: all in this process.
final class ProbeBench {
    let service: RelayService
    private(set) var push: Push?

    init() throws {
        service = try RelayService(
            ServiceSettings(
                http: SocketAddress(ipv4: 0x7F00_0001, port: 0), udp: nil, publicAddresses: [],
                certificate: nil, access: .open, pages: .any, iceServers: [],
                rate: RateLimit(burst: 1000, interval: .milliseconds(1)),
                connectionsPerAddress: 100, publisherPolicy: .replace, limits: .standard,
                socketBufferBytes: 1 << 20),
            log: ServiceLog(clock: LiveClock.now), wallClock: LiveClock.now)
    }

    deinit {
        push = nil
        service.close()
    }

    /// Pushes the test pattern, and returns once it is on the air.
    func publish(_ pattern: String) throws {
        var wish = RenditionWish()
        wish.videoBitRate = 800_000
        let push = try Push(
            PushPlan(
                inputs: [try InputAddress(parsing: pattern)], loops: false, start: .zero,
                duration: nil, pacing: .automatic, inputTimeout: .seconds(10), wish: wish,
                targets: [
                    PlannedDestination(
                        address: .whip(try URL(parsing: "http://\(service.httpAddress)/whip/show")),
                        fallback: nil)
                ],
                network: PushNetwork(
                    bearer: nil, servers: [], relayOnly: false, isStrict: false,
                    authorityPath: nil, verifiesPeer: true, userAgent: "test",
                    reconnects: false)),
            wallClock: Self.wallClock(), onNews: {})
        self.push = push
        try eventually("the push is on the air") { push.look()?.report.phase == .onAir }
    }

    func leave() { push = nil }

    static func wallClock() -> WallClockAnchor {
        let now = HostClock.read()
        return WallClockAnchor(
            instant: now.instant, nanosecondsSince1970: now.nanosecondsSince1970)
    }

    func plan(_ duration: Duration?) throws -> ProbePlan {
        try Self.plan("http://\(service.httpAddress)/whep/show", duration)
    }

    static func plan(_ url: String, _ duration: Duration?) throws -> ProbePlan {
        ProbePlan(
            endpoint: try URL(parsing: url),
            network: ProbeNetwork(
                bearer: nil, servers: [], relayOnly: false, isStrict: false, authorityPath: nil,
                verifiesPeer: true, userAgent: "test"),
            duration: duration, patience: .zero, viewers: 1, ramp: nil, decoders: 1,
            impairment: nil, clock: .automatic, wishes: ProbeWishes())
    }
}

/// What a probe has told from its beginning to its end.
struct ProbeStory {
    var events: [ProbeEvent] = []
    var samples: [FrameRow] = []
    var capture: [UInt8] = []
    var snapshot: [UInt8]?
    var report = ProbeReport(
        run: ProbeReport.Run(
            target: "", kind: .whep, host: "", started: WallClock(millisecondsSince1970: 0),
            length: .zero, ending: ""))
    var ending: ProbeEnding?

    /// Follows a probe to its end; `each` may change the world meanwhile.
    init(
        _ plan: ProbePlan, patience: DecodingViewer.Patience = .usual,
        within limit: Duration = .seconds(30),
        _ each: (Probe, ProbeNews) throws -> Void = { _, _ in }
    ) throws {
        let probe = try Probe(
            plan, patience: patience, wallClock: ProbeBench.wallClock(), onNews: {})
        try eventually("the probe has ended", within: limit) {
            guard let news = probe.look() else { return true }
            events += news.events
            samples += news.samples
            capture += news.capture
            snapshot = news.snapshot ?? snapshot
            report = news.report
            if case .ended(let ending) = news.phase { self.ending = ending }
            try each(probe, news)
            return ending != nil
        }
    }
}

extension ProbeStory {
    /// All that was measured, for who wonders why an expectation failed.
    var table: String {
        let totals = report.totals
        var lines = ["\(String(describing: ending))", "\(report.facts)", "\(report.remarks)"]
        for measure in Measure.allCases where !totals[measure].isEmpty {
            let values = totals[measure]
            lines.append(
                "\(measure.rawValue) \(values.count): \(values.least ?? 0) "
                    + "\(values.quantile(0.5) ?? 0) \(values.greatest ?? 0)")
        }
        for tally in Tally.allCases where totals[tally] != 0 {
            lines.append("\(tally.rawValue) \(totals[tally])")
        }
        return lines.joined(separator: "\n")
    }
}
