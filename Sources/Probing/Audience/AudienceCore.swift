import HTTP
import Measures
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import WebRTC

/// All viewers of an audience, their sockets, and what is due for each. For the loop's thread.
final class AudienceCore {
    let plan: AudiencePlan
    let loop: EventLoop
    let cryptography: FanOutCryptography
    let http: HTTPClient
    var group: UDPGroup
    /// Where viewers have their sockets; nil until that is known.
    var place: SocketAddress?
    var scouting = Scouting.wanted
    /// The scout that was sent to the wrong place, until its session is deleted.
    var misled: CountingViewer?

    var viewers: [CountingViewer] = []
    /// By member, as the two below.
    var rows: [ViewerRow] = []
    /// When each is due, in nanoseconds; all in a few lines of memory, since they are looked
    /// through a hundred times a second.
    var dues: [Int64] = []
    var paths: [ImpairedPath] = []
    var delayed = DatagramDelay<Delayed>(
        maximumDatagrams: AudienceLimits.delayedDatagrams,
        maximumBytes: AudienceLimits.delayedBytes)
    var agreements: [Agreement] = []
    /// Members of which something is missing.
    var asking: [Int] = []
    var packet: [UInt8] = []
    var numbers: [UInt16] = []

    // What is measured
    var log: MeasureLog
    var frameGaps = Histogram()
    var lossRuns = Histogram()
    var freezes = Histogram()
    var rebuffers = Histogram()
    var keyframeIntervals = Histogram()
    var lastTick: Instant
    var watch: MachineWatch
    var figures = AudienceFigures()
    var onFigures: ((AudienceFigures) -> Void)?

    // What is due
    var begun: Instant?
    var isLeaving = false
    /// Who has not set out by now never will.
    var isOutOfSockets = false
    var leaving = 0
    var onClosed: (() -> Void)?
    var sweeps = 0
    private var isEnded = false
    private var reading: LoopTimer?
    private var readingDue: Instant
    private var sweeping: LoopTimer?
    private var ticking: LoopTimer?
    private var closing: LoopTimer?

    struct Delayed: Sendable {
        let member: Int
        let remote: SocketAddress
        let due: Instant
    }

    init(
        _ plan: AudiencePlan, _ cryptography: FanOutCryptography, on loop: EventLoop
    ) throws(Audience.Problem) {
        self.plan = plan
        self.loop = loop
        self.cryptography = cryptography
        do throws(HTTPClientProblem) {
            http = try HTTPClient(
                on: loop,
                options: HTTPClientOptions(
                    authorityPath: plan.network.authorityPath,
                    verifiesPeer: plan.network.verifiesPeer, usesEnvironmentProxy: true,
                    userAgent: plan.network.userAgent, transfers: AudienceLimits.transfers))
        } catch {
            throw .http(error)
        }
        group = try Self.group(shares: plan.sharesSockets && plan.endpoint.isOnLoopback)
        log = MeasureLog(begun: plan.begun)
        lastTick = loop.now
        readingDue = loop.now
        watch = MachineWatch(ProcessFigures.current(), now: loop.now)
        packet.reserveCapacity(2048)
        figures.asked = 0
    }

    static func group(shares: Bool) throws(Audience.Problem) -> UDPGroup {
        do throws(NetworkError) {
            return shares
                ? try UDPGroup(
                    .loopback(membersPerSocket: AudienceLimits.membersPerSocket),
                    receiveBytes: AudienceLimits.sharedReceiveBytes)
                : try UDPGroup(.none, receiveBytes: 0)
        } catch {
            throw .network(error)
        }
    }

    // MARK: - Time

    func start() {
        reading = loop.timer { [weak self] in self?.read() }
        sweeping = loop.timer { [weak self] in self?.sweep() }
        ticking = loop.timer { [weak self] in self?.tick() }
        begun = loop.now
        lastTick = loop.now
        findPlace()
        schedule()
        sweeping?.set(at: loop.now)
        ticking?.set(at: loop.now + .seconds(1))
    }

    private func read() {
        let now = loop.now
        watch.note(lateness: now - readingDue)
        group.receive(now: now) { datagram, member, remote, at in
            arrive(&datagram, member, remote, at, now)
        }
        passOn(now)
        group.flush()
        schedule()
    }

    private func schedule() {
        let interval =
            figures.joining > 0 ? AudienceLimits.joiningInterval : AudienceLimits.readingInterval
        readingDue = loop.now + interval
        reading?.set(at: readingDue)
    }

    private func sweep() {
        sweeps += 1
        let now = loop.now
        for member in dues.indices where dues[member] <= now.nanoseconds {
            wake(member, now)
        }
        sayReports(now)
        askForMissing(now)
        if !isLeaving { admit(now) }
        group.flush()
        sweeping?.set(at: now + AudienceLimits.sweep)
    }

    private func wake(_ member: Int, _ now: Instant) {
        let viewer = viewers[member]
        if let due = viewer.signaling.deadline, due <= now {
            perform(viewer.signaling.tick(now: now), viewer)
        }
        if viewer.phase == .connecting, let answered = viewer.start.answered,
            now >= answered + AudienceLimits.connecting
        {
            return fail(viewer, .session(Self.unconnected(viewer)))
        }
        viewer.change(group, now) { $0.handleTimeout(now: now, into: &$1) }
        settle(viewer, now)
    }

    private static func unconnected(_ viewer: CountingViewer) -> SessionFailure {
        guard viewer.transport.ice.selected == nil else { return .dtls(.timedOut) }
        return .ice(
            ICEFailure(reason: .tookTooLong, attempts: viewer.transport.ice.attempts), relays: [])
    }

    private func tick() {
        measure()
        ticking?.set(at: loop.now + .seconds(1))
    }

    // MARK: - The end

    /// Tells the endpoint of each viewer, and says goodbye to each.
    func close(_ done: @escaping () -> Void) {
        guard !isEnded else { return done() }
        let before = onClosed
        onClosed = {
            before?()
            done()
        }
        guard !isLeaving else { return }
        isLeaving = true
        let timer = loop.timer { [self] in finish() }
        timer.set(at: loop.now + AudienceLimits.closing)
        closing = timer
        leaveNext()
    }

    func finish() {
        guard !isEnded else { return }
        isEnded = true
        measure()
        for viewer in viewers {
            if case .ended = viewer.phase { continue }
            goodbye(viewer, loop.now)
        }
        group.flush()
        for timer in [reading, sweeping, ticking, closing] { timer?.cancel() }
        closing = nil
        figures.isClosed = true
        onFigures?(figures)
        let done = onClosed
        onClosed = nil
        done?()
    }
}
