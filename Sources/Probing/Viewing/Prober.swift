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
        /// Rows of frames that wait.
        static let rows = 16_384
        /// Kinds of remarks.
        static let remarks = 64
        /// For all goodbyes together; an audience takes its own time.
        static let closing: Duration = .seconds(20)
    }

    let loop: EventLoop
    let plan: ProbePlan
    let wallClock: WallClockAnchor
    let begun: Instant
    let onNews: @Sendable () -> Void
    let cryptography: FanOutCryptography
    let clock: ClockWatch
    private let patience: DecodingViewer.Patience

    private(set) var phase = ProbePhase.joining
    private(set) var ending: ProbeEnding?
    /// From the beginning to the end of what was measured.
    private(set) var length: Duration?
    var viewers: [DecodingViewer] = []
    var audience: ProbeAudience?
    var log: MeasureLog
    var machine: MachineWatch
    var remarks: [ProbeReport.Remark] = []
    private var rows: [FrameRow] = []
    private var snapshot: [UInt8]?
    private var events: [ProbeEvent] = []
    private var firstMedia: Instant?
    private var hasSeen = false
    private var lastFailure: ProbeFailure?
    private var windowTimer: LoopTimer?
    private var endTimer: LoopTimer?
    private var closeTimer: LoopTimer?
    private var rampTimer: LoopTimer?
    private var hasBegun = 0
    private var closing = 0

    init(
        _ plan: ProbePlan, patience: DecodingViewer.Patience, on loop: EventLoop,
        wallClock: WallClockAnchor, onNews: @escaping @Sendable () -> Void
    ) throws(OpenSSLProblem) {
        self.loop = loop
        self.plan = plan
        self.patience = patience
        self.wallClock = wallClock
        self.onNews = onNews
        cryptography = FanOutCryptography(try OpenSSLCryptography(try Certificate()))
        begun = loop.now
        log = MeasureLog(begun: loop.now)
        machine = MachineWatch(ProcessFigures.current(), now: loop.now)
        clock = ClockWatch(
            on: loop, plan.clock, endpoint: plan.endpoint, network: plan.network,
            wallClock: wallClock)
        windowTimer = loop.timer { [weak self] in self?.roll() }
        endTimer = loop.timer { [weak self] in self?.end(.finished) }
        closeTimer = loop.timer { [weak self] in self?.finish() }
        rampTimer = loop.timer { [weak self] in self?.beginNext() }
    }

    func start() throws(Probe.Problem) {
        let decoders = max(0, min(plan.decoders, plan.viewers, ProbePlan.Limits.decoders))
        for number in 0..<decoders {
            do throws(NetworkError) {
                viewers.append(try makeViewer(number))
            } catch {
                throw .network(error)
            }
        }
        if plan.viewers > decoders { audience = try makeAudience(from: decoders) }
        clock.start()
        setClock()
        beginNext()
        audience?.start()
        windowTimer?.set(at: log.deadline)
    }

    func stop() { end(.stopped) }

    /// What has happened since the last call.
    func look() -> ProbeNews {
        if ending == nil { gather() }
        var news = ProbeNews(phase: phase, report: report(length: length, ending: ending))
        swap(&news.events, &events)
        swap(&news.samples, &rows)
        swap(&news.snapshot, &snapshot)
        if let capture = viewers.first?.capture?.take() { news.capture = capture }
        return news
    }

    // MARK: - Viewers

    private func makeViewer(_ number: Int) throws(NetworkError) -> DecodingViewer {
        var wishes = DecodingViewer.Wishes()
        if number == 0 {
            wishes.rows = plan.wishes.samples
            wishes.capture = plan.wishes.capture
            wishes.snapshot = plan.wishes.snapshot
        }
        return try DecodingViewer(
            number, settings(of: number), cryptography, wishes: wishes, patience: patience, on: loop
        ) { [weak self] event in self?.take(event, of: number) }
    }

    /// Those who decode set out first, one after the other where there is a ramp.
    private func beginNext() {
        guard ending == nil, hasBegun < viewers.count else { return }
        guard let ramp = plan.ramp, ramp > 0 else {
            hasBegun = viewers.count
            for viewer in viewers { viewer.begin() }
            return
        }
        viewers[hasBegun].begin()
        hasBegun += 1
        rampTimer?.set(at: loop.now + .seconds(1) / ramp)
    }

    private func take(_ event: ViewerEvent, of number: Int) {
        switch event {
        case .joined: onNews()
        case .media: watch()
        case .notice(let notice): if number == 0 { tell(.notice(notice)) }
        case .remark(let remark): note(remark)
        case .row(let row): keep(row)
        case .snapshot(let bytes):
            snapshot = bytes
            onNews()
        case .ended(let failure): lose(failure, number, hadJoined: viewers[number].start.hasSeen)
        }
    }

    private func keep(_ row: FrameRow) {
        guard rows.count < Limits.rows else {
            return note(ProbeReport.Remark(.samplesDropped))
        }
        var row = row
        row.arrived = row.arrived - .nanoseconds(begun.nanoseconds)
        rows.append(row)
    }

    /// The first media of all: from here on the time counts.
    func watch() {
        guard phase == .joining else { return }
        firstMedia = loop.now
        if let duration = plan.duration { endTimer?.set(at: loop.now + duration) }
        enter(.watching)
    }

    func lose(_ failure: ProbeFailure, _ number: Int, hadJoined: Bool) {
        hasSeen = hasSeen || hadJoined
        lastFailure = failure
        if plan.viewers > 1 { tell(.viewerFailed(number, failure)) }
        endIfAlone()
    }

    /// Ends once there is nobody left to watch.
    func endIfAlone() {
        guard let lastFailure, viewers.allSatisfy({ $0.failure != nil }), audience?.isGone ?? true
        else { return }
        if audience?.hasSeen == true { hasSeen = true }
        end(hasSeen ? .lost(lastFailure) : .failed(lastFailure))
    }

    // MARK: - Windows

    private func roll() {
        guard ending == nil else { return }
        machine.note(lateness: loop.now - log.deadline)
        machine.note(ProcessFigures.current(), drops: 0, now: loop.now)
        setClock()
        for remark in clock.takeRemarks() { note(remark) }
        for viewer in viewers { viewer.roll(now: loop.now) }
        gather()
        log.roll(now: loop.now)
        windowTimer?.set(at: log.deadline)
        lookAtAudience()
        onNews()
    }

    private func setClock() {
        let ahead = clock.offset(at: loop.now)?.offset.wholeNanoseconds ?? 0
        for viewer in viewers { viewer.setClock(ahead: ahead) }
    }

    private func gather() {
        for viewer in viewers { log.current.merge(viewer.takeMeasures()) }
    }

    // MARK: - The end

    private func end(_ ending: ProbeEnding) {
        guard self.ending == nil else { return }
        for viewer in viewers { viewer.finish(now: loop.now) }
        gather()
        audience?.keepRows()
        self.ending = ending
        length = loop.now - begun
        for timer in [endTimer, windowTimer, rampTimer] { timer?.cancel() }
        clock.close()
        enter(.closing)
        closeTimer?.set(at: loop.now + Limits.closing)
        closing = viewers.count + (audience == nil ? 0 : 1)
        for viewer in viewers { viewer.close { [weak self] in self?.closeOne() } }
        audience?.close { [weak self] in self?.closeOne() }
        if closing == 0 { finish() }
    }

    private func closeOne() {
        closing -= 1
        if closing == 0 { finish() }
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

    func note(_ remark: ProbeReport.Remark) {
        let place = remarks.firstIndex { $0.code == remark.code && $0.detail == remark.detail }
        if let place {
            remarks[place].count += remark.count
        } else if remarks.count < Limits.remarks {
            remarks.append(remark)
            tell(.remark(remark))
        }
    }
}
