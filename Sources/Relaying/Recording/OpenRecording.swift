import Recordings
import Primitives
import WebRTC

/// One file of a recording and what is said of it.
final class OpenRecording {
    let name: String
    let writer: RecordingWriter
    /// Where the file's zero lies on the media time of the show.
    let origin: Duration
    var document: RecordingDocument
    private let folder: String
    private(set) var documented: Instant
    private var ends: [Int64]
    private var clock = ClockWatch()

    /// Makes the first file of the show's name that is not there yet.
    init(
        show: String, _ tracks: [RecordingTrack], origin: Duration, _ settings: RecorderSettings,
        now: Instant
    ) throws(RecordingProblem) {
        let stem = RecordingName.stem(show)
        let wall = settings.wallClock.time(at: now)
        var made: (String, RecordingWriter)?
        for number in 1...RecordingName.maximumNumber where made == nil {
            let name = RecordingName.numbered(stem, number)
            let path = "\(settings.folder)/\(name)"
            guard !RecordingFile.exists("\(path).recording.json") else { continue }
            do {
                made = (
                    name, try RecordingWriter(creating: "\(path).mp4", tracks, created: wall)
                )
            } catch .exists {
                continue
            }
        }
        guard let made else { throw .exists }
        (name, writer) = made
        let isReordered = tracks.contains { $0.mayReorder }
        self.origin = origin - (isReordered ? RecordingTrack.reorderingDelay : .zero)
        folder = settings.folder
        document = RecordingDocument(show: show, file: "\(name).mp4", updated: wall)
        documented = now
        ends = Array(repeating: 0, count: tracks.count)
    }

    func track(of kind: MediaKind) -> Int? { writer.tracks.firstIndex { $0.kind == kind } }

    /// Where the last frame of a track ends.
    func end(of track: Int) -> Int64 { ends[track] }

    /// Appends a frame that lies at `ticks` of the show, and gives its place in the file; nil where
    /// that is taken, or before the start.
    func append(
        _ track: Int, at ticks: Int64, isSync: Bool, size: PictureSize?, _ bytes: Span<UInt8>
    ) throws(RecordingProblem) -> Int64? {
        let description = writer.tracks[track]
        let time = ticks - origin.ticks(description.timescale)
        guard time >= 0 else { return nil }
        var duration: Int64?
        if description.kind == .audio {
            let length = Int64(OpusPacket.duration(bytes) ?? 960)
            // A little of overlap is a clock that was corrected; more would be heard twice.
            guard time >= ends[track] - length / 2 else { return nil }
            duration = length
        }
        if let size { document.note(size, at: time) }
        try writer.append(track, time: time, duration: duration, isSync: isSync, bytes)
        let usual = Int64(description.timescale) / 30
        ends[track] = max(ends[track], time + (duration ?? usual))
        return time
    }

    /// Takes note of when a frame arrived that lies at `time` of the file.
    func note(
        _ time: Duration, arrival: Instant, senderTime: NTPTime?, isNewPublisher: Bool,
        _ anchor: WallClockAnchor
    ) {
        let sender = senderTime.map {
            WallClock(millisecondsSince1970: $0.nanosecondsSince1970 / 1_000_000)
        }
        if isNewPublisher {
            document.addPublisher(
                RecordingDocument.ClockPoint(
                    media: time, time: anchor.time(at: arrival), senderTime: sender))
        }
        guard let found = clock.note(time, arrival: arrival) else { return }
        let point = RecordingDocument.ClockPoint(
            media: time, time: anchor.time(at: found.zero + time), senderTime: sender)
        if found.isCorrection { document.correctClock(point) } else { document.add(point) }
    }

    /// Writes down what is known so far.
    func writeDocument(now: Instant, _ anchor: WallClockAnchor) throws(RecordingProblem) {
        documented = now
        document.updated = anchor.time(at: now)
        var bytes = Array(document.json(writer).indentedText.utf8)
        bytes.append(UInt8(ascii: "\n"))
        try RecordingFile.replace("\(folder)/\(name).recording.json", with: bytes.span)
    }
}

/// Finds out which instant media time zero is: that of the frames that were least delayed.
struct ClockWatch: Sendable {
    /// A point is made so often, and sooner where the clocks have parted by `tolerance`.
    static let interval = Duration.seconds(60)
    static let tolerance = Duration.milliseconds(5)
    /// Frames over which the least delayed is looked for.
    static let window = Duration.seconds(5)

    private var said: (zero: Instant, at: Instant)?
    private var best: Instant?
    private var windowEnd: Instant?
    private var isFirstWindow = true

    /// The instant of media time zero, where it is time to write it down; the first one is a guess
    /// that is corrected once.
    mutating func note(
        _ media: Duration, arrival: Instant
    ) -> (zero: Instant, isCorrection: Bool)? {
        let zero = arrival + (.zero - media)
        best = best.map { min($0, zero) } ?? zero
        guard let said, let end = windowEnd, let least = best else {
            self.said = (zero, arrival)
            windowEnd = arrival + Self.window
            return (zero, false)
        }
        guard arrival >= end else { return nil }
        windowEnd = arrival + Self.window
        best = nil
        let isFirst = isFirstWindow
        isFirstWindow = false
        let parted = least - said.zero
        let hasParted = parted > Self.tolerance || parted < .zero - Self.tolerance
        guard isFirst || hasParted || arrival - said.at >= Self.interval else { return nil }
        self.said = (least, arrival)
        return (least, isFirst)
    }
}

extension WallClockAnchor {
    func time(at instant: Instant) -> WallClock {
        let nanoseconds = nanosecondsSince1970 &+ (instant.nanoseconds &- self.instant.nanoseconds)
        return WallClock(millisecondsSince1970: nanoseconds / 1_000_000)
    }
}
