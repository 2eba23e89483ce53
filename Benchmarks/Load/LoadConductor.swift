import Network
import Primitives
import SecureTransport

/// Leads a run: the publisher first, then step by step more viewers, each step measured.
final class LoadConductor {
    private enum Phase {
        case publishing
        case alone
        case joining
        case settling
        case measuring
        case closing
    }

    private enum Limits {
        static let turn: Duration = .milliseconds(20)
        static let publishing: Duration = .seconds(15)
        /// With a publisher and no viewers, before memory is read.
        static let alone: Duration = .seconds(2)
        /// At least; and at most, where what has piled up while viewers joined still flows off.
        static let settling: Duration = .seconds(2)
        static let longestSettling: Duration = .seconds(10)
        /// For a whole step to join.
        static let joining: Duration = .seconds(90)
        static let closing: Duration = .seconds(20)
    }

    private let loop: EventLoop
    private let options: LoadOptions
    private let audience: LoadAudience
    private let state: LoadState
    private let endPublishing: (@escaping @Sendable () -> Void) -> Void
    private let say: (String) -> Void
    private var timer: LoopTimer?
    private var phase = Phase.publishing
    private var until: Instant
    private var settlesUntil: Instant
    private var steps: ArraySlice<Int>
    private var report = LoadReport()
    private var residentAlone = 0
    private var measuredFrom: Instant
    private var publishedBefore = LoadState.Published()
    private var ownBefore: Int64 = 0
    private var dropsBefore = 0
    private var unsentBefore = 0
    private var repairsBefore = 0

    init(
        on loop: EventLoop, options: LoadOptions, audience: LoadAudience, state: LoadState,
        endPublishing: @escaping (@escaping @Sendable () -> Void) -> Void,
        say: @escaping (String) -> Void
    ) {
        self.loop = loop
        self.options = options
        self.audience = audience
        self.state = state
        self.endPublishing = endPublishing
        self.say = say
        steps = options.steps[...]
        until = loop.now + Limits.publishing
        settlesUntil = loop.now
        measuredFrom = loop.now
        timer = loop.timer { [weak self] in self?.turn() }
        timer?.set(at: loop.now)
    }

    private func turn() {
        defer {
            if phase != .closing || loop.now < until { timer?.set(at: loop.now + Limits.turn) }
        }
        let isOver = loop.now >= until
        if let failure = state.failure, phase != .closing { return end(failure) }
        switch phase {
        case .publishing:
            if state.isPublisherConnected {
                enter(.alone, for: Limits.alone)
            } else if isOver {
                end("the publisher did not connect")
            }
        case .alone:
            guard isOver else { return }
            residentAlone = figures().residentKilobytes
            nextStep()
        case .joining:
            guard audience.isComplete || isOver else { return }
            settlesUntil = loop.now + Limits.longestSettling
            audience.openWindow()
            enter(.settling, for: Limits.settling)
        case .settling:
            guard isOver else { return }
            let lag = audience.window.delays.percentile(0.99)
            if lag > LoadReport.Limits.delayMicroseconds, loop.now < settlesUntil {
                audience.openWindow()
                return enter(.settling, for: Limits.settling)
            }
            begin()
            enter(.measuring, for: .seconds(options.seconds))
        case .measuring:
            guard isOver else { return }
            finish()
            if options.stopsWhenBehind, !report.isHolding { return end(nil) }
            nextStep()
        case .closing:
            if isOver { loop.stop() }
        }
    }

    private func enter(_ next: Phase, for duration: Duration) {
        phase = next
        until = loop.now + duration
    }

    private func nextStep() {
        guard let count = steps.popFirst() else { return end(nil) }
        audience.grow(to: count)
        enter(.joining, for: Limits.joining)
        report = LoadReport()
        report.viewers = count
    }

    private func end(_ failure: String?) {
        if let failure { say("{\"failure\": \"\(failure.filter { $0 != "\"" })\"}") }
        enter(.closing, for: Limits.closing)
        audience.close { [self] in
            endPublishing { [loop] in loop.stop() }
        }
    }

    private func figures() -> ServerFigures {
        ServerFigures(
            pid: options.serverPID, core: options.serverCore, port: audience.serverPort)
    }

    private func begin() {
        publishedBefore = state.published
        ownBefore = LoadClock.processNanoseconds
        dropsBefore = audience.drops
        unsentBefore = audience.unsent
        repairsBefore = audience.rows.reduce(0) { $0 + $1.repairs }
        audience.openWindow()
        report.serverBefore = figures()
        measuredFrom = loop.now
    }

    private func finish() {
        let (viewers, rows) = (audience.viewers, audience.rows)
        report.server = figures()
        report.seconds = Double((loop.now - measuredFrom).wholeNanoseconds) / 1e9
        report.residentAlone = residentAlone
        report.knowsServer = options.serverPID != nil
        report.knowsCore = options.serverCore != nil
        report.published = state.published.packets - publishedBefore.packets
        report.publishedBytes = state.published.bytes - publishedBefore.bytes
        report.watching = audience.watching
        report.received = audience.window.packets
        report.delays = audience.window.delays
        report.lag = audience.window.lag
        report.gaps = rows.reduce(0) { $0 + $1.gaps }
        report.repairs = rows.reduce(0) { $0 + $1.repairs } - repairsBefore
        report.damaged = viewers.reduce(0) { $0 + $1.damaged }
        report.ownSeconds = Double(LoadClock.processNanoseconds - ownBefore) / 1e9
        report.ownDrops = audience.drops - dropsBefore
        report.unsent = audience.unsent - unsentBefore
        for (viewer, row) in zip(viewers, rows) {
            let since = { (time: Int64) in Double(time - viewer.postedAt) / 1e6 }
            if let first = row.firstPacketAt { report.joinMilliseconds.append(since(first)) }
            if let first = row.firstKeyframeAt { report.keyframeMilliseconds.append(since(first)) }
        }
        report.failure = audience.failure
        say(report.json)
    }
}
