import CommandLineKit
import Media
import Primitives
import Publishing
import SessionCommands
import WebRTC

/// The JSON documents of `--stats jsonl`: one a line.
enum PushDocuments {
    /// Nil for what only people want to read.
    static func event(_ event: PushEvent, _ plan: PushPlan, at time: WallClock) -> JSON? {
        guard case .destination(let place, let state) = event, plan.targets.indices.contains(place)
        else { return nil }
        var object = JSONObject()
        object["schema"] = "lc.push-event/1"
        object["time"] = .string(time.rfc3339)
        object["url"] = .string(plan.targets[place].address.label)
        object["state"] = .string(state.name)
        object["reason"] = state.failure.map { .string($0.words(wasLive: false).code) }
        return .object(object)
    }

    static func statistics(
        _ report: PushReport, _ meter: PushMeter, _ plan: PushPlan, elapsed: Duration,
        at time: WallClock
    ) -> JSON {
        var object = body(report, plan)
        object["schema"] = "lc.push-stats/1"
        object["time"] = .string(time.rfc3339)
        object["elapsed_ms"] = .integer(elapsed.wholeMilliseconds)
        object["phase"] = .string(report.phase.name)
        if case .object(var video) = object["video"] {
            video["fps"] = decimal(meter.second.framesPerSecond)
            video["bits_per_second"] = integer(meter.second.videoBitsPerSecond)
            object["video"] = .object(video)
        }
        if case .object(var audio) = object["audio"] {
            audio["bits_per_second"] = integer(meter.second.audioBitsPerSecond)
            object["audio"] = .object(audio)
        }
        return .object(object)
    }

    static func summary(_ summary: PushSummary, _ ending: PushEnding, at time: WallClock) -> JSON {
        var object = body(summary.report, summary.plan)
        object["schema"] = "lc.push-summary/1"
        object["time"] = .string(time.rfc3339)
        object["elapsed_ms"] = .integer(summary.elapsed.wholeMilliseconds)
        object["ending"] = .string(ending.name)
        return .object(object)
    }

    private static func body(_ report: PushReport, _ plan: PushPlan) -> JSONObject {
        var object = JSONObject()
        object["media_ms"] = .integer(report.mediaTime.wholeMilliseconds)
        object["stalled_ms"] = .integer(report.stalled.wholeMilliseconds)
        object["frames_dropped"] = .integer(Int64(report.framesDropped))
        var video = JSONObject()
        video["frames"] = .integer(Int64(report.videoFrames))
        video["keyframes"] = .integer(Int64(report.keyframes))
        video["bytes"] = .integer(Int64(report.videoBytes))
        object["video"] = .object(video)
        var audio = JSONObject()
        audio["frames"] = .integer(Int64(report.audioFrames))
        audio["bytes"] = .integer(Int64(report.audioBytes))
        object["audio"] = .object(audio)
        object["destinations"] = .array(
            zip(plan.targets, report.destinations).map { destination($0, $1) })
        return object
    }

    private static func destination(_ target: PlannedDestination, _ report: DestinationReport)
        -> JSON
    {
        let figures = report.figures
        var object = JSONObject()
        object["url"] = .string(target.address.label)
        object["state"] = .string(report.state.name)
        object["codec"] = figures.codec.map { .string(TrackCodec.webRTC($0).name) }
        object["frames"] = .integer(Int64(figures.frames))
        object["frames_dropped"] = .integer(Int64(figures.framesDropped))
        object["packets"] = .integer(Int64(figures.packets))
        object["bytes"] = .integer(Int64(figures.bytes))
        object["retransmits"] = .integer(Int64(figures.retransmits))
        object["keyframes_wanted"] = .integer(Int64(figures.keyframesWanted))
        object["reconnects"] = .integer(Int64(figures.reconnects))
        object["ice_restarts"] = .integer(Int64(figures.restarts))
        object["queued_bytes"] = .integer(Int64(figures.queuedBytes))
        object["sent_bits_per_second"] = integer(figures.sentBitsPerSecond)
        object["target_bits_per_second"] = figures.targetBitsPerSecond.flatMap(integer)
        object["lost_percent"] = figures.lostFraction.flatMap { decimal($0 * 100) }
        object["rtt_ms"] = figures.roundTrip.flatMap(milliseconds)
        object["jitter_ms"] = figures.jitter.flatMap(milliseconds)
        if case .live(let live) = report.state, live.isFallback { object["fallback"] = true }
        return .object(object)
    }

    private static func milliseconds(_ duration: Duration) -> JSON? {
        decimal(Double(duration.wholeNanoseconds) / 1e6)
    }

    /// With two digits behind the point: more would be noise.
    private static func decimal(_ value: Double) -> JSON? {
        JSON((value * 100).rounded() / 100)
    }

    private static func integer(_ value: Double) -> JSON? {
        Int64(exactly: value.rounded()).map { .integer($0) }
    }
}

extension DestinationState {
    /// As documents call it.
    fileprivate var name: String {
        switch self {
        case .idle: "idle"
        case .connecting: "connecting"
        case .live(let live): live.stalledSince == nil ? "live" : "stalled"
        case .waiting: "waiting"
        case .failed: "failed"
        case .ended: "ended"
        }
    }

    fileprivate var failure: DestinationFailure? {
        switch self {
        case .waiting(_, let failure, _), .failed(let failure): failure
        case .idle, .connecting, .live, .ended: nil
        }
    }
}

extension PushReport.Phase {
    fileprivate var name: String {
        switch self {
        case .opening: "opening"
        case .connecting: "connecting"
        case .onAir: "on-air"
        case .closing: "closing"
        case .ended: "ended"
        }
    }
}

extension PushEnding {
    fileprivate var name: String {
        switch self {
        case .finished: "finished"
        case .stopped: "stopped"
        case .inputFailed: "input-failed"
        case .refused: "refused"
        case .noDestination: "no-destination"
        }
    }
}
