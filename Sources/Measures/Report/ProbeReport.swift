package import Primitives

/// What a probe has found out: the document that all its outputs are made of.
package struct ProbeReport: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case whep
        case hls
    }

    /// By which runs of two reports are told apart.
    package struct Run: Sendable, Equatable {
        /// Without its secrets.
        package var target: String
        package var kind: Kind
        /// Of the machine that measured.
        package var host: String
        package var started: WallClock
        package var length: Duration
        /// Why it ended: `finished`, `stopped`, or the code of a failure.
        package var ending: String

        package init(
            target: String, kind: Kind, host: String, started: WallClock, length: Duration,
            ending: String
        ) {
            self.target = target
            self.kind = kind
            self.host = host
            self.started = started
            self.length = length
            self.ending = ending
        }
    }

    /// What was received, of the last that is known.
    package struct Facts: Sendable, Equatable {
        package var videoCodec: String?
        package var audioCodec: String?
        package var width: Int?
        package var height: Int?
        /// Of SRTP.
        package var profile: String?
        /// The kinds of both ends of the way, such as `host-host/udp`.
        package var route: String?
        package var server: String?

        package init() {}
    }

    /// One viewer of several.
    package struct Viewer: Sendable, Equatable {
        package var number: Int
        package var isDecoding: Bool
        /// The code of what it failed with.
        package var failure: String?
        package var measures: MeasureSet

        package init(number: Int, isDecoding: Bool, failure: String?, measures: MeasureSet) {
            self.number = number
            self.isDecoding = isDecoding
            self.failure = failure
            self.measures = measures
        }
    }

    /// Something that was noticed, or put up with; worded elsewhere.
    package struct Remark: Sendable, Equatable, Hashable {
        package var code: String
        package var detail: String?
        package var count: Int64

        package init(code: String, detail: String? = nil, count: Int64 = 1) {
            self.code = code
            self.detail = detail
            self.count = count
        }
    }

    /// One; several once reports have been merged.
    package var runs: [Run]
    package var facts: Facts
    package var clock: ClockReport
    package var machine: MachineReport
    package var windows: [MeasureLog.Window]
    /// At most `maximumViewers` of them.
    package var viewers: [Viewer]
    package var remarks: [Remark]
    /// Of merged runs, the methods of latency that all runs share that have any; nil for one run.
    package var latencyMethods: [Measure]?

    package static let maximumViewers = 10_000
    /// Of all runs; a single one has at most `MeasureLog.maximumWindows`.
    package static let maximumWindows = 6_000
    package static let maximumRuns = 1_000

    package init(run: Run) {
        runs = [run]
        facts = Facts()
        clock = ClockReport()
        machine = MachineReport()
        windows = []
        viewers = []
        remarks = []
    }

    /// All windows together.
    package var totals: MeasureSet {
        var all = MeasureSet()
        for window in windows { all.merge(window.measures) }
        return all
    }
}

/// How the clocks of sender and probe were compared, and how far that can be relied on.
package struct ClockReport: Sendable, Equatable {
    package enum Standing: String, Sendable {
        /// Sender and probe read the same clock.
        case same
        case measured
        /// Nobody was asked, or nobody answered.
        case unknown
    }

    package var standing: Standing
    /// Whom was asked.
    package var source: String?
    /// The other clock is so far ahead of ours.
    package var offset: Duration?
    /// The true offset is at most so far away.
    package var uncertainty: Duration?
    package var driftPartsPerMillion: Double?
    package var exchanges: Int
    package var bestRoundTrip: Duration?
    /// The wall clock was set while it was being read.
    package var steps: Int

    package init(standing: Standing = .unknown) {
        self.standing = standing
        exchanges = 0
        steps = 0
    }
}

/// How busy the probe's own machine was.
package struct MachineReport: Sendable, Equatable {
    package enum Limit: String, Sendable {
        /// The thread that receives was busy for nearly all of a window.
        case processor
        /// The kernel has thrown datagrams away since we did not take them.
        case socket
        /// Pictures waited for the decoder.
        case decoder
        /// What was due was done late.
        case lateness
    }

    package var processors: Int
    /// Of one processor, the whole process.
    package var processorShare: Double?
    package var residentBytes: Int64?
    package var socketDrops: Int64
    /// What was due was done so late, at the worst.
    package var lateness: Duration?
    /// Why what was measured says more of this machine than of the server; empty where it does not.
    package var limits: [Limit]

    package init() {
        processors = 0
        socketDrops = 0
        limits = []
    }
}
