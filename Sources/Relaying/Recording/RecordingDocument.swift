import Recordings
import Primitives
import WebRTC

/// What is said of a recording in the file beside it, `lc.recording/1`.
struct RecordingDocument: Sendable {
    /// Gaps of a show that is hardly there; the rest is counted only.
    static let maximumGaps = 10_000
    /// A point each minute fills a week.
    static let maximumClockPoints = 10_080
    static let maximumSizes = 10_000
    static let maximumPublishers = 10_000

    enum State: Sendable, Equatable {
        case recording
        case complete(sha256: [UInt8])
        case failed(RecordingProblem, sha256: [UInt8])
    }

    /// Why there is nothing of a track between two times.
    enum GapReason: String, Sendable {
        /// Packets never arrived, and what builds upon them is left out.
        case lost
        /// The recorder did not keep up.
        case dropped
        /// Packets arrived and made no sense.
        case discarded
        /// Nobody published.
        case absent
    }

    struct Gap: Sendable, Equatable {
        let track: Int
        let start: Int64
        let end: Int64
        let reason: GapReason
        let packets: Int
    }

    /// What was captured at `media` was received at `time`; the sender's clock said `senderTime`.
    struct ClockPoint: Sendable, Equatable {
        let media: Duration
        let time: WallClock
        let senderTime: WallClock?
    }

    struct SizeChange: Sendable, Equatable {
        let time: Int64
        let size: PictureSize
    }

    let show: String
    let file: String
    var state = State.recording
    var updated: WallClock
    private(set) var clock: [ClockPoint] = []
    private(set) var gaps: [Gap] = []
    private(set) var gapsLeftOut = 0
    private(set) var sizes: [SizeChange] = []
    /// When, on media time, each publisher began.
    private(set) var publishers: [ClockPoint] = []

    init(show: String, file: String, updated: WallClock) {
        self.show = show
        self.file = file
        self.updated = updated
    }

    mutating func add(_ gap: Gap) {
        guard gap.end > gap.start else { return }
        guard gaps.count < Self.maximumGaps else {
            gapsLeftOut += 1
            return
        }
        gaps.append(gap)
    }

    mutating func add(_ point: ClockPoint) {
        guard clock.count < Self.maximumClockPoints else { return }
        clock.append(point)
    }

    /// Puts a better point in the place of the last.
    mutating func correctClock(_ point: ClockPoint) {
        if !clock.isEmpty { clock.removeLast() }
        add(point)
    }

    mutating func addPublisher(_ point: ClockPoint) {
        guard publishers.count < Self.maximumPublishers else { return }
        publishers.append(point)
    }

    mutating func note(_ size: PictureSize, at time: Int64) {
        guard sizes.last?.size != size, sizes.count < Self.maximumSizes else { return }
        sizes.append(SizeChange(time: time, size: size))
    }

    func json(_ writer: RecordingWriter) -> JSON {
        var object: JSON = [
            "schema": "lc.recording/1", "show": .string(show), "file": .string(file),
            "updated_at": .string(updated.rfc3339),
            "bytes": .integer(writer.length), "fragments": .integer(Int64(writer.fragments)),
            "duration_ms": .integer(duration(writer)),
            "tracks": .array(writer.tracks.indices.map { track($0, writer) }),
            "gaps": .array(gaps.map(json)), "clock": .array(clock.map(json)),
            "publishers": .array(publishers.map(json)),
        ]
        object["state"] = .string(stateName)
        if let start = clock.first {
            object["started_at"] = .string((start.time + (.zero - start.media)).rfc3339)
        }
        if gapsLeftOut > 0 { object["gaps_left_out"] = .integer(Int64(gapsLeftOut)) }
        switch state {
        case .recording: break
        case .complete(let digest): object["sha256"] = .string(Self.hexadecimal(digest))
        case .failed(let problem, let digest):
            object["sha256"] = .string(Self.hexadecimal(digest))
            if case .system(let step, let code) = problem {
                object["problem"] = [
                    "step": .string(step.rawValue), "errno": .integer(Int64(code)),
                ]
            }
        }
        return object
    }

    private var stateName: String {
        switch state {
        case .recording: "recording"
        case .complete: "complete"
        case .failed: "failed"
        }
    }

    private func duration(_ writer: RecordingWriter) -> Int64 {
        writer.tracks.indices.map {
            MediaTime(ticks: writer.counts[$0].end, timescale: writer.tracks[$0].timescale)
                .milliseconds
        }.max() ?? 0
    }

    private func track(_ index: Int, _ writer: RecordingWriter) -> JSON {
        let (track, counts) = (writer.tracks[index], writer.counts[index])
        var object: JSON = [
            "id": .integer(Int64(index + 1)), "kind": .string(track.kind.rawValue),
            "codec": .string(track.codec.encodingName.lowercased()),
            "codecs": .string(track.name), "timescale": .integer(Int64(track.timescale)),
            "frames": .integer(Int64(counts.frames)), "bytes": .integer(counts.bytes),
            "end_ticks": .integer(counts.end),
        ]
        if let start = counts.start { object["start_ticks"] = .integer(start) }
        if track.kind == .video {
            object["keyframes"] = .integer(Int64(counts.keyframes))
            object["sizes"] = .array(
                sizes.map {
                    [
                        "at_ticks": .integer($0.time), "width": .integer(Int64($0.size.width)),
                        "height": .integer(Int64($0.size.height)),
                    ]
                })
        }
        return object
    }

    private func json(_ gap: Gap) -> JSON {
        var object: JSON = [
            "track": .integer(Int64(gap.track + 1)), "start_ticks": .integer(gap.start),
            "end_ticks": .integer(gap.end), "reason": .string(gap.reason.rawValue),
        ]
        if gap.packets > 0 { object["packets"] = .integer(Int64(gap.packets)) }
        return object
    }

    private func json(_ point: ClockPoint) -> JSON {
        var object: JSON = [
            "media_ms": .integer(point.media.wholeMilliseconds),
            "time": .string(point.time.rfc3339),
        ]
        if let time = point.senderTime { object["sender_time"] = .string(time.rfc3339) }
        return object
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension JSON {
    /// Sets a member of an object.
    fileprivate subscript(name: String) -> JSON? {
        get { if case .object(let object) = self { object[name] } else { nil } }
        set {
            guard case .object(var object) = self else { return }
            object[name] = newValue
            self = .object(object)
        }
    }
}
