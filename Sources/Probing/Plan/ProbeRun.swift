package import Measures
package import Sessions

/// A probe under way, for the one thread that began it.
package protocol ProbeRun: AnyObject {
    /// What has come up since the last call, and how things stand; nil once it is of no use.
    func look() -> ProbeNews?
    /// Says goodbye to everybody; the phase says when that is done.
    func stop()
}

/// How far a probe has come.
package enum ProbePhase: Sendable, Equatable {
    case joining
    case watching
    case closing
    case ended(ProbeEnding)
}

package enum ProbeEnding: Sendable, Equatable {
    /// It has watched for as long as it was to.
    case finished
    case stopped
    /// No viewer has seen anything.
    case failed(ProbeFailure)
    /// What was watched has gone, and has not come back.
    case lost(ProbeFailure)
}

/// Why a probe, or a viewer of it, came to nothing.
package enum ProbeFailure: Error, Sendable, Equatable {
    case session(SessionFailure)
    /// Connected, and not one packet came.
    case noMedia
    /// Packets came, and no keyframe.
    case noKeyframe
    /// Frames came that could not be decoded.
    case undecodable(codec: String)
    case hls(HLSFailure)
}

/// What is told of a probe, once each.
package enum ProbeEvent: Sendable, Equatable {
    case phase(ProbePhase)
    case notice(SessionNotice)
    case remark(ProbeReport.Remark)
    /// One of many viewers has failed.
    case viewerFailed(Int, ProbeFailure)
}

/// What came up since somebody last looked.
package struct ProbeNews: Sendable {
    package var phase: ProbePhase
    package var events: [ProbeEvent]
    /// The report as far as it goes.
    package var report: ProbeReport
    package var samples: [FrameRow]
    /// Whole records of a capture file, its head first.
    package var capture: [UInt8]
    /// A picture, once, as PNG.
    package var snapshot: [UInt8]?

    package init(phase: ProbePhase, report: ProbeReport) {
        self.phase = phase
        self.report = report
        events = []
        samples = []
        capture = []
    }
}

/// One frame of the first viewer that decodes, for who wants each of them.
package struct FrameRow: Sendable, Equatable {
    package enum Medium: String, Sendable {
        case video
        case audio
    }

    package var medium: Medium
    /// When it was whole, from the start of the probe.
    package var arrived: Duration
    package var bytes: Int
    package var isKeyframe: Bool
    package var rtpTimestamp: UInt32
    /// The number in its stamp.
    package var number: Int64?
    package var latency: Duration?
    package var latencyMeasure: Measure?
    package var buffered: Duration?
    package var decoded: Duration?
    /// Since the frame before it was shown.
    package var gap: Duration?

    package init(
        medium: Medium, arrived: Duration, bytes: Int, isKeyframe: Bool, rtpTimestamp: UInt32
    ) {
        self.medium = medium
        self.arrived = arrived
        self.bytes = bytes
        self.isKeyframe = isKeyframe
        self.rtpTimestamp = rtpTimestamp
    }
}
