import HTTP
import Measures
import Network
import Primitives
import WebRTC

/// Keeps finding out how far the sender's clock is from ours, as long as a probe runs.
///
/// For its loop's thread only. It never holds up anything: what it knows so far can be asked for at
/// any time.
final class ClockWatch {
    enum Limits {
        /// Questions one after the other, at the start.
        static let burst = 8
        static let burstPause: Duration = .milliseconds(50)
        /// Then some more of them, and at last a few.
        static let early: Duration = .seconds(2)
        static let earlyQuestions = 30
        static let late: Duration = .seconds(16)
        /// A server that wants to be asked less is asked so seldom.
        static let seldom: Duration = .seconds(64)
        /// Who has never answered so many questions is said to be silent.
        static let silence = 3
        /// Remarks that wait to be taken.
        static let remarks = 16
    }

    private let loop: EventLoop
    private let endpoint: URL
    private let clock: ClockSource
    private let network: ProbeNetwork
    private let wallClock: WallClockAnchor
    private var estimate: ClockEstimate
    private var standing = ClockReport.Standing.unknown
    private var teller: (any ClockTeller)?
    /// As a report names whom is asked.
    private var source: String?
    private var timer: LoopTimer?
    private var questions = 0
    private var failures = 0
    private var pause = Limits.early
    private var isOver = false
    private var remarks: [ProbeReport.Remark] = []

    /// `wallClock` is the one by which stamps are read: offsets are from it.
    init(
        on loop: EventLoop, _ clock: ClockSource, endpoint: URL, network: ProbeNetwork,
        wallClock: WallClockAnchor
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.clock = clock
        self.network = network
        self.wallClock = wallClock
        estimate = ClockEstimate(
            anchor: wallClock.instant, nanosecondsSince1970: wallClock.nanosecondsSince1970,
            stretch: Limits.early)
        timer = loop.timer { [weak self] in self?.ask() }
    }

    /// Begins; all else follows by itself.
    func start() {
        switch clock {
        case .same: standing = .same
        case .nobody: break
        case .http(let url): ask(url)
        case .ntp(let host, let port): ask(host, port)
        case .automatic: lookWhere()
        }
    }

    /// Asks nobody any more; what is known stays known.
    func close() {
        isOver = true
        timer?.cancel()
        teller = nil
    }

    /// How far the sender's clock is ahead of ours at an instant, and how far the truth may be from
    /// that; nil where nothing is known.
    func offset(at instant: Instant) -> (offset: Duration, uncertainty: Duration)? {
        switch standing {
        case .same: (.zero, .zero)
        case .measured, .unknown: estimate.offset(at: instant)
        }
    }

    func report(at instant: Instant) -> ClockReport {
        guard standing != .same else {
            var report = ClockReport(standing: .same)
            report.steps = estimate.steps
            return report
        }
        return estimate.report(source: source, at: instant)
    }

    /// What is to be remarked on since the last call.
    func takeRemarks() -> [ProbeReport.Remark] {
        defer { remarks.removeAll() }
        return remarks
    }

    private func remark(_ remark: ProbeRemark, _ detail: String?) {
        guard remarks.count < Limits.remarks else { return }
        remarks.append(ProbeReport.Remark(remark, detail: detail))
    }

    // MARK: - Whom to ask

    private func lookWhere() {
        guard let host = endpoint.host else { return }
        resolve(host, 0) { watch, addresses in
            let own = (try? Names.interfaceAddresses()) ?? []
            let isOwn = addresses.contains { address in
                address.isLoopback || own.contains { $0.hasSameHost(as: address) }
            }
            if isOwn {
                watch.standing = .same
            } else if let url = try? watch.endpoint.resolving("/clock") {
                watch.ask(url)
            }
        }
    }

    private func resolve(
        _ host: String, _ port: UInt16,
        _ next: @escaping @Sendable (ClockWatch, [SocketAddress]) -> Void
    ) {
        let home = LoopBound(Holder(self), loop: loop)
        do throws(NetworkError) {
            try Names.resolve(host, port: port, on: loop) { result in
                guard let watch = home.value.watch, !watch.isOver else { return }
                switch result {
                case .success(let addresses): next(watch, addresses)
                case .failure: watch.remark(.clockUnresolved, host)
                }
            }
        } catch {
            remark(.clockUnresolved, host)
        }
    }

    /// Carried by those who must not keep the watch alive.
    private final class Holder {
        weak var watch: ClockWatch?

        init(_ watch: ClockWatch) {
            self.watch = watch
        }
    }

    private func ask(_ url: URL) {
        source = url.redacted
        do throws(HTTPClientProblem) {
            teller = try HTTPClockTeller(url, on: loop, network)
            ask()
        } catch {
            remark(.clockSilent, source)
        }
    }

    private func ask(_ host: String, _ port: UInt16) {
        source = "ntp://\(host)"
        resolve(host, port) { watch, addresses in
            guard let server = addresses.first else {
                return watch.remark(.clockUnresolved, host)
            }
            do throws(NetworkError) {
                watch.teller = try NTPTeller(server, on: watch.loop)
                watch.ask()
            } catch {
                watch.remark(.clockSilent, watch.source)
            }
        }
    }

    // MARK: - Asking

    private func ask() {
        guard let teller, !isOver else { return }
        questions += 1
        do throws(ClockProblem) {
            try teller.ask { [weak self] in self?.take($0) }
        } catch {
            take(.failure(error))
        }
    }

    private func take(_ result: Result<ClockEstimate.Exchange, ClockProblem>) {
        guard !isOver else { return }
        let host = HostClock.read()
        if estimate.readWallClock(
            nanosecondsSince1970: host.nanosecondsSince1970, at: host.instant)
        {
            remark(.clockSet, nil)
        }
        switch result {
        case .success(let exchange): take(exchange)
        case .failure(let problem): failed(problem)
        }
        guard teller != nil else { return }
        if questions == Limits.burst + Limits.earlyQuestions { pause = max(pause, Limits.late) }
        let isBurst = questions < Limits.burst && pause == Limits.early
        timer?.set(at: loop.now + (isBurst ? Limits.burstPause : pause))
    }

    private func take(_ exchange: ClockEstimate.Exchange) {
        switch estimate.add(exchange) {
        case .kept, .doubted: standing = .measured
        case .stepped: remark(.clockStepped, source)
        case .refused: break
        }
    }

    private func failed(_ problem: ClockProblem) {
        failures += 1
        switch problem {
        case .status, .malformed, .unsynchronised:
            // No clock is there, and none will be.
            guard standing != .measured else { return }
            remark(.clockAbsent, source)
            teller = nil
        case .denied:
            remark(.clockDenied, source)
            teller = nil
        case .tooOften: pause = Limits.seldom
        case .http, .timeout:
            guard failures == Limits.silence, standing != .measured else { return }
            remark(.clockSilent, source)
        }
    }
}

extension SocketAddress {
    fileprivate func hasSameHost(as other: SocketAddress) -> Bool {
        with(port: 0) == other.with(port: 0)
    }
}
