import HTTP
import Measures
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import WebRTC

/// The viewers of a probe, and what they have measured together. For the loop's thread only.
final class Prober {
    enum Limits {
        /// Events that wait to be looked at; the first go where there are more.
        static let events = 1024
        /// Kinds of remarks.
        static let remarks = 64
        /// For all goodbyes together.
        static let closing: Duration = .seconds(5)
    }

    private let loop: EventLoop
    private let plan: ProbePlan
    private let wallClock: WallClockAnchor
    private let cryptography: FanOutCryptography
    private let begun: Instant
    var onNews: @Sendable () -> Void = {}

    private(set) var phase = ProbePhase.joining
    private var viewers: [DecodingViewer] = []
    private var log: MeasureLog
    private var events: [ProbeEvent] = []
    private var remarks: [ProbeReport.Remark] = []
    private var firstMedia: Instant?
    private var length: Duration?
    private var ending: ProbeEnding?
    private var open = 0
    private var windowTimer: LoopTimer?
    private var endTimer: LoopTimer?
    private var closeTimer: LoopTimer?

    init(
        _ plan: ProbePlan, on loop: EventLoop, wallClock: WallClockAnchor
    ) throws(OpenSSLProblem) {
        self.loop = loop
        self.plan = plan
        self.wallClock = wallClock
        cryptography = FanOutCryptography(try OpenSSLCryptography(try Certificate()))
        begun = loop.now
        log = MeasureLog(begun: loop.now)
        windowTimer = loop.timer { [weak self] in self?.roll() }
        endTimer = loop.timer { [weak self] in self?.end(.finished) }
        closeTimer = loop.timer { [weak self] in self?.finish() }
    }

    func start() throws(NetworkError) {
        for number in 0..<max(1, min(plan.decoders, plan.viewers)) {
            let viewer = try DecodingViewer(number, settings, cryptography, on: loop) {
                [weak self] event in self?.take(event, of: number)
            }
            viewers.append(viewer)
        }
        open = viewers.count
        for viewer in viewers { viewer.begin() }
        windowTimer?.set(at: log.deadline)
    }

    func stop() { end(.stopped) }

    /// What has happened since the last call.
    func look() -> ProbeNews {
        var news = ProbeNews(phase: phase, report: report())
        swap(&news.events, &events)
        return news
    }

    // MARK: - Viewers

    private func take(_ event: ViewerEvent, of number: Int) {
        switch event {
        case .joined: onNews()
        case .media: watch()
        case .notice(let notice): if number == 0 { tell(.notice(notice)) }
        case .remark(let remark): note(remark)
        case .ended(let failure): lose(failure, number)
        }
    }

    private func watch() {
        guard phase == .joining else { return }
        firstMedia = loop.now
        if let duration = plan.duration { endTimer?.set(at: loop.now + duration) }
        enter(.watching)
    }

    private func lose(_ failure: ProbeFailure, _ number: Int) {
        open -= 1
        if viewers.count > 1 { tell(.viewerFailed(number, failure)) }
        guard open == 0 else { return }
        end(firstMedia == nil ? .failed(failure) : .lost(failure))
    }

    // MARK: - The end

    private func end(_ ending: ProbeEnding) {
        guard self.ending == nil else { return }
        gather()
        self.ending = ending
        length = loop.now - begun
        endTimer?.cancel()
        windowTimer?.cancel()
        enter(.closing)
        closeTimer?.set(at: loop.now + Limits.closing)
        var closing = viewers.count
        for viewer in viewers {
            viewer.close { [weak self] in
                closing -= 1
                if closing == 0 { self?.finish() }
            }
        }
    }

    private func finish() {
        guard let ending, phase == .closing else { return }
        closeTimer?.cancel()
        enter(.ended(ending))
    }

    private func enter(_ next: ProbePhase) {
        phase = next
        tell(.phase(next))
    }

    // MARK: - What is told

    private func tell(_ event: ProbeEvent) {
        if events.count >= Limits.events { events.removeFirst() }
        events.append(event)
        onNews()
    }

    private func note(_ remark: ProbeReport.Remark) {
        let place = remarks.firstIndex { $0.code == remark.code && $0.detail == remark.detail }
        if let place {
            remarks[place].count += remark.count
        } else if remarks.count < Limits.remarks {
            remarks.append(remark)
            tell(.remark(remark))
        }
    }

    private func roll() {
        gather()
        log.roll(now: loop.now)
        windowTimer?.set(at: log.deadline)
        onNews()
    }

    private func gather() {
        guard ending == nil else { return }
        for viewer in viewers { log.current.merge(viewer.takeMeasures(now: loop.now)) }
    }

    private func report() -> ProbeReport {
        gather()
        let now = loop.now
        var report = ProbeReport(
            run: ProbeReport.Run(
                target: plan.endpoint.redacted, kind: .whep, host: "",
                started: wall(begun), length: length ?? now - begun,
                ending: ending?.code ?? "running"))
        if let viewer = viewers.first { report.facts = viewer.facts }
        report.windows = log.windows(now: begun + report.runs[0].length)
        report.viewers = viewers.map(\.row)
        report.remarks = remarks
        return report
    }

    private func wall(_ instant: Instant) -> WallClock {
        let nanoseconds = wallClock.ntp(at: instant).nanosecondsSince1970
        return WallClock(millisecondsSince1970: nanoseconds / 1_000_000)
    }
}

extension Prober {
    private var settings: SessionSettings {
        let network = plan.network
        var random = SystemRandomNumberGenerator()
        return SessionSettings(
            signaling: SignalingOptions(
                role: .whep, endpoint: plan.endpoint, bearer: network.bearer,
                sendsBearerAnywhere: false, isStrict: network.isStrict,
                waitsForPublisher: plan.patience > .zero ? plan.patience : nil),
            media: ViewerOffer.media, setup: .actpass, iceServers: network.servers,
            isRelayOnly: network.relayOnly, gathering: .trickle,
            rates: RateLimits(minimum: 100_000, start: 1_000_000, maximum: 50_000_000),
            delivery: .frames(.annexB), framing: { _, _ in .annexB },
            cname: String(random.next() as UInt64, radix: 36),
            http: HTTPClientOptions(
                authorityPath: network.authorityPath, verifiesPeer: network.verifiesPeer,
                usesEnvironmentProxy: true, userAgent: network.userAgent, transfers: 8),
            limits: .usual, wallClock: wallClock)
    }
}
