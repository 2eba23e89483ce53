import HTTP
import Measures
import Network
import Primitives
import Sessions
import Signaling
import WebRTC

extension Prober {
    private enum Rates {
        /// What comes is not ours to limit; these bound what we would send.
        static let limits = RateLimits(minimum: 100_000, start: 1_000_000, maximum: 50_000_000)
        static let transfers = 8
    }

    func settings(of number: Int) -> SessionSettings {
        let network = plan.network
        var random = SystemRandomNumberGenerator()
        var settings = SessionSettings(
            signaling: SignalingOptions(
                role: .whep, endpoint: plan.endpoint, bearer: network.bearer,
                sendsBearerAnywhere: false, isStrict: network.isStrict,
                waitsForPublisher: plan.patience > .zero ? plan.patience : nil),
            media: ViewerOffer.media, setup: .actpass, iceServers: network.servers,
            isRelayOnly: network.relayOnly, gathering: .trickle, rates: Rates.limits,
            delivery: .frames(.annexB), framing: { _, _ in .annexB },
            cname: String(random.next() as UInt64, radix: 36),
            http: HTTPClientOptions(
                authorityPath: network.authorityPath, verifiesPeer: network.verifiesPeer,
                usesEnvironmentProxy: true, userAgent: network.userAgent,
                transfers: Rates.transfers),
            limits: .usual, wallClock: wallClock)
        settings.impairment = plan.impairment
        settings.impairment?.seed &+= UInt64(number)
        return settings
    }

    /// All that is known, as far as it goes.
    func report(length: Duration?, ending: ProbeEnding?) -> ProbeReport {
        let end = length.map { begun + $0 } ?? loop.now
        var report = ProbeReport(
            run: ProbeReport.Run(
                target: plan.endpoint.redacted, kind: .whep, host: "", started: wall(begun),
                length: end - begun, ending: ending?.code ?? "running"))
        if let viewer = viewers.first { report.facts = viewer.facts }
        report.facts.route = report.facts.route ?? audience?.figures.route
        report.facts.profile = report.facts.profile ?? audience?.figures.profile
        report.clock = clock.report(at: end)
        report.machine = machine.report
        if remarks.contains(where: { $0.code == ProbeRemark.decoderLate.rawValue }) {
            report.machine.limits.append(.decoder)
        }
        report.windows = log.windows(now: end)
        report.viewers = viewers.map(\.row)
        report.remarks = remarks
        if let dropped = viewers.first?.capture?.dropped, dropped > 0 {
            report.remarks.append(
                ProbeReport.Remark(.captureDropped, count: Int64(dropped)))
        }
        audience?.add(to: &report)
        return report
    }

    private func wall(_ instant: Instant) -> WallClock {
        let nanoseconds = wallClock.ntp(at: instant).nanosecondsSince1970
        return WallClock(millisecondsSince1970: nanoseconds / 1_000_000)
    }

    // MARK: - The audience

    func makeAudience(from number: Int) throws(Probe.Problem) -> ProbeAudience {
        let plan = AudiencePlan(
            endpoint: plan.endpoint, network: plan.network, viewers: plan.viewers - number,
            ramp: plan.ramp, firstNumber: number, patience: plan.patience,
            impairment: plan.impairment, wallClock: wallClock, begun: begun,
            media: ViewerOffer.media, sharesSockets: true, processor: nil)
        do throws(Audience.Problem) {
            return ProbeAudience(try Audience(plan), viewers: plan.viewers, on: loop)
        } catch {
            switch error {
            case .network(let problem): throw .network(problem)
            case .cryptography(let problem): throw .cryptography(problem)
            case .http(let problem): throw .http(problem)
            }
        }
    }

    func lookAtAudience() {
        guard let audience else { return }
        for failure in audience.look() {
            lose(failure.failure, failure.number, hadJoined: failure.hadJoined)
        }
        if audience.hasSeen { watch() }
        endIfAlone()
    }
}
