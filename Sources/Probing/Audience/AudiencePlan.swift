import HTTP
import Measures
import Primitives
import Sessions
import WebRTC

/// What an audience is to do, before it begins: viewers that count what they get.
struct AudiencePlan: Sendable {
    var endpoint: URL
    var network: ProbeNetwork
    var viewers: Int
    /// Viewers that set out in a second; nil for all at once.
    var ramp: Double?
    /// The number of the first of them; those who decode come before.
    var firstNumber: Int
    /// How long to wait for a show that is not on the air yet.
    var patience: Duration
    /// Each viewer has a fate of its own.
    var impairment: Impairment?
    var wallClock: WallClockAnchor
    /// When windows begin to count.
    var begun: Instant
    /// What is offered, an m-line each.
    var media: [MediaPlan]
    /// Whether viewers share sockets where the endpoint is on this machine.
    var sharesSockets: Bool
    /// The processor that the packet loop is bound to.
    var processor: Int?

    init(
        endpoint: URL, network: ProbeNetwork, viewers: Int, ramp: Double?, firstNumber: Int,
        patience: Duration, impairment: Impairment?, wallClock: WallClockAnchor, begun: Instant,
        media: [MediaPlan], sharesSockets: Bool, processor: Int?
    ) {
        self.endpoint = endpoint
        self.network = network
        self.viewers = viewers
        self.ramp = ramp
        self.firstNumber = firstNumber
        self.patience = patience
        self.impairment = impairment
        self.wallClock = wallClock
        self.begun = begun
        self.media = media
        self.sharesSockets = sharesSockets
        self.processor = processor
    }
}

/// How an audience stands.
struct AudienceFigures: Sendable {
    var asked = 0
    var joining = 0
    var watching = 0
    /// Did not come to watch.
    var failed = 0
    /// Watched, and were lost.
    var lost = 0
    var isClosed = false
    /// Packets that were opened to see that they are real, and those of them that were not.
    var opened = 0
    var forged = 0
    var windows: [MeasureLog.Window] = []
    var machine = MachineReport()
    /// Who has failed since the last look, by number; at most `AudienceLimits.failures`.
    var failures: [AudienceFailure] = []
    var route: String?
    var profile: String?

    init() {}
}

/// Why one viewer came to nothing, or was lost.
struct AudienceFailure: Sendable, Equatable {
    let number: Int
    let failure: ProbeFailure
    let hadJoined: Bool
}

/// Bounds of an audience's tables and waits.
enum AudienceLimits {
    /// Viewers on their way at once.
    static let joining = 64
    static let transfers = 64
    /// Sessions that are deleted at once.
    static let leaving = 32
    /// For all of them together.
    static let closing: Duration = .seconds(15)
    /// From the answer to the first key.
    static let connecting: Duration = .seconds(15)
    /// From the keys to the first packet, and to the first keyframe.
    static let media: Duration = .seconds(15)
    /// Who has perhaps said goodbye and has sent nothing for so long has left.
    static let doubt: Duration = .seconds(2)
    /// Failures that wait to be looked at.
    static let failures = 256
    /// Members of one shared socket.
    static let membersPerSocket = 64
    static let sharedReceiveBytes = 8 << 20
    /// Packets that each viewer opens at its start, and of how many it opens one after that.
    static let openedFirst = 50
    static let openedOneOf = 64
    /// So many viewers look at the beginning of each frame for keyframes.
    static let looking = 16
    /// Datagrams that wait for all viewers' bad networks together.
    static let delayedDatagrams = 1 << 18
    static let delayedBytes = 256 << 20
    /// Gaps of one source that are asked for at once.
    static let missing = 128
    /// Frames of a viewer that wait for a repair.
    static let heldFrames = 64
    /// Between two requests for a keyframe.
    static let keyframeInterval: Duration = .seconds(1)
    /// Durations of freezes that are told of one viewer.
    static let freezes = 64
    /// Microseconds that a rate is counted over at least.
    static let leastRated: Int64 = 500_000
    /// Sockets are read by the clock: each datagram would wake us otherwise. While somebody joins
    /// more often, since handshakes wait for it.
    static let readingInterval: Duration = .milliseconds(4)
    static let joiningInterval: Duration = .milliseconds(1)
    static let sweep: Duration = .milliseconds(10)
    /// Sweeps between the feedback of a viewer, and between its reports.
    static let feedbackSweeps = 10
    static let reportSweeps = 100
}
