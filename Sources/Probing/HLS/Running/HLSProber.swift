import HTTP
import Measures
import Network
import Playlists
import Primitives
import WebRTC

/// A probe of a playlist on its loop: loads what a player would, in the order and at the times it
/// would, and measures what that player would show. For the loop's thread only.
final class HLSProber {
    enum Limits {
        /// How often it is looked what has been played.
        static let tick: Duration = .milliseconds(50)
        /// What is loaded ahead of what is played.
        static let ahead: Duration = .seconds(30)
        /// Between two tries to find a show that is not on the air yet.
        static let retry: Duration = .seconds(1)
        /// A piece that could not be loaded is tried once more, after so long.
        static let pieceRetry: Duration = .milliseconds(500)
        static let pieceTries = 2
        /// From the first playlist with pieces to the first picture.
        static let firstPicture: Duration = .seconds(30)
        /// A show from which nothing new has come for so long is over, and for so many targets.
        static let silence: Duration = .seconds(20)
        static let silenceTargets = 6
        static let loading: Duration = .seconds(20)
        /// A playlist may name a playlist, not more.
        static let playlistHops = 2
        static let rows = 100_000
        /// Of what a server calls itself.
        static let serverBytes = 256
    }

    let plan: HLSPlan
    let loop: EventLoop
    let wallClock: WallClockAnchor
    let fetcher: HLSFetcher
    let work: PieceWork
    let begun: Instant
    var onNews: () -> Void = {}

    var phase = ProbePhase.joining
    var events: [ProbeEvent] = []
    var samples: [FrameRow] = []
    var snapshot: [UInt8]?
    var remarks = HLSRemarks()
    var facts = ProbeReport.Facts()
    let clock: ClockWatch
    private var machine: MachineWatch
    /// A piece took longer to decode than it lasts.
    var isDecoderLate = false
    var log: MeasureLog

    var course: HLSCourse
    var rules = PlaylistRules()
    var pieceRules = PieceRules()
    var player: HLSPlayer

    var isLoadingPlaylist = false
    var hops = 0
    /// When the first playlist came that names pieces.
    var firstPieces: Instant?
    var lastNew: Instant?
    /// Why the playlist could not be loaded the last time.
    var lastProblem: HLSFailure?
    var hasFirstPlaylist = false
    var hasFirstPiece = false
    /// The piece that is being loaded, and how often it has been tried.
    var piece: (wish: PieceWish, tries: Int)?
    /// Its time to be tried once more has come.
    var isRetryDue = false
    var map: (source: PieceWish.Source, bytes: [UInt8])?
    var isEndOfCourse = false
    var retryTimer: LoopTimer?
    var reloadTimer: LoopTimer?
    private var tickTimer: LoopTimer?
    private var tickDue: Instant?
    var ended: Instant?

    init(
        _ plan: HLSPlan, on loop: EventLoop, _ wallClock: WallClockAnchor
    ) throws(HLSProbe.Problem) {
        do throws(HTTPClientProblem) {
            fetcher = try HLSFetcher(plan, on: loop)
        } catch {
            throw .http(error)
        }
        do throws(NetworkError) {
            work = try PieceWork(on: loop, wantsSnapshot: plan.wishes.snapshot)
        } catch {
            throw .network(error)
        }
        self.plan = plan
        self.loop = loop
        self.wallClock = wallClock
        begun = loop.now
        log = MeasureLog(begun: loop.now)
        machine = MachineWatch(ProcessFigures.current(), now: loop.now)
        course = HLSCourse(url: plan.endpoint)
        player = HLSPlayer(begun: loop.now, wallClock: wallClock)
        clock = ClockWatch(
            on: loop, plan.clock, endpoint: plan.endpoint, network: plan.network,
            wallClock: wallClock)
    }

    func start() {
        work.onContents = { [weak self] in self?.take($0, $1, $2) }
        reloadTimer = loop.timer { [weak self] in self?.loadPlaylist() }
        retryTimer = loop.timer { [weak self] in self?.loadPiece() }
        tickTimer = loop.timer { [weak self] in self?.tick() }
        log.current.count(.viewersAsked)
        events.append(.phase(phase))
        clock.start()
        loadPlaylist()
        scheduleTick()
    }

    func stop() {
        end(.stopped)
    }

    // MARK: time

    private func scheduleTick() {
        let due = loop.now + Limits.tick
        tickDue = due
        tickTimer?.set(at: due)
    }

    private func tick() {
        guard ended == nil else { return }
        if let tickDue { machine.note(lateness: loop.now - tickDue) }
        advance()
        look()
        guard ended == nil else { return }
        loadPiece()
        scheduleTick()
        onNews()
    }

    /// Plays on until now, window by window.
    func advance() {
        let now = loop.now
        if let (offset, _) = clock.offset(at: now) { player.clockLead = offset }
        for remark in clock.takeRemarks() { remarks.add(remark) }
        if log.deadline <= now { machine.note(ProcessFigures.current(), drops: 0, now: now) }
        while log.deadline <= now {
            player.advance(to: log.deadline, into: &log.current)
            if let first = player.firstPicture, first + log.length <= log.deadline {
                let shown = player.takeShownCount()
                let microseconds = max(1, log.length.wholeMicroseconds)
                log.current.add(shown * 1_000_000_000 / microseconds, to: .frameRate)
            }
            log.roll(now: log.deadline)
        }
        player.advance(to: now, into: &log.current)
        rules.look(now: now, &remarks)
        tellRemarks()
    }

    func tellRemarks() {
        events += remarks.takeNew().map(ProbeEvent.remark)
    }

    /// Whether it is over.
    private func look() {
        let now = loop.now
        if player.isPlayedOut { return end(.finished) }
        if let first = player.firstPicture {
            if let duration = plan.duration, now - first >= duration { return end(.finished) }
            let silence = max(
                Limits.silence,
                (course.playlist?.targetDuration ?? .zero) * Limits.silenceTargets)
            if let lastNew, course.playlist?.isEnded != true, now - lastNew > silence {
                end(.lost(.hls(lastProblem ?? .stale)))
            }
        } else if let firstPieces, now - firstPieces > max(Limits.firstPicture, plan.patience) {
            end(.failed(facts.videoCodec.map { .undecodable(codec: $0) } ?? .noMedia))
        } else if isEndOfCourse, work.waiting == 0, piece == nil {
            end(.failed(facts.videoCodec.map { .undecodable(codec: $0) } ?? .noMedia))
        }
    }

    func end(_ ending: ProbeEnding) {
        guard ended == nil else { return }
        advance()
        let now = loop.now
        ended = now
        player.finish(now: now, into: &log.current)
        rules.finish(now: now, &log.current)
        switch ending {
        case .failed: log.current.count(.viewersFailed)
        case .lost: log.current.count(.viewersLost)
        case .finished, .stopped: break
        }
        for timer in [tickTimer, reloadTimer, retryTimer] { timer?.cancel() }
        work.onContents = nil
        clock.close()
        phase = .ended(ending)
        tellRemarks()
        events.append(.phase(phase))
        onNews()
    }

    // MARK: what is told

    func takeNews() -> ProbeNews {
        if ended == nil { advance() }
        var news = ProbeNews(phase: phase, report: report(now: ended ?? loop.now))
        swap(&news.events, &events)
        swap(&news.samples, &samples)
        swap(&news.snapshot, &snapshot)
        return news
    }

    private func report(now: Instant) -> ProbeReport {
        let started = WallClock(
            millisecondsSince1970: (wallClock.nanosecondsSince1970
                &+ (begun - wallClock.instant).wholeNanoseconds) / 1_000_000)
        var code = "running"
        if case .ended(let ending) = phase { code = ending.code }
        var report = ProbeReport(
            run: ProbeReport.Run(
                target: plan.endpoint.redacted, kind: .hls, host: "", started: started,
                length: now - begun, ending: code))
        report.facts = facts
        report.clock = clock.report(at: now)
        report.machine = machine.report
        if isDecoderLate { report.machine.limits.append(.decoder) }
        report.windows = log.windows(now: now)
        report.remarks = remarks.all
        return report
    }
}
