import Primitives
import WebRTC

/// Frames that wait to be written to an RTMP server, and what is dropped of them.
///
/// A value: the thread that writes and the loop that adds share it behind a lock.
struct RTMPQueue: Sendable {
    struct Limits: Sendable, Equatable {
        var bytes: Int
        var frames: Int
    }

    struct Entry: Sendable {
        let frame: OutgoingFrame
        let bytes: [UInt8]
    }

    /// What became of a frame.
    enum Addition: Sendable, Equatable {
        case taken
        /// It waits for a keyframe to begin with, as all before it.
        case early
        /// There was no room: so many frames are gone, and pictures go on with the next keyframe.
        case full(dropped: Int)
    }

    /// Three seconds at 10 Mbit/s; who is further behind does not come back by waiting.
    static let usual = Limits(bytes: 4 << 20, frames: 1024)

    let limits: Limits
    let hasVideo: Bool
    private(set) var entries: [Entry] = []
    private(set) var bytes = 0
    /// Pictures begin, and go on after a gap, with a keyframe.
    private var needsKeyframe: Bool
    private var hasBegun = false

    init(_ limits: Limits, hasVideo: Bool) {
        self.limits = limits
        self.hasVideo = hasVideo
        needsKeyframe = hasVideo
    }

    mutating func add(_ bytes: Span<UInt8>, _ frame: OutgoingFrame) -> Addition {
        // Sound before the first picture would come before the beginning.
        guard hasBegun || !hasVideo || frame.kind == .video && frame.isKeyframe else {
            return .early
        }
        if frame.kind == .video, needsKeyframe, !frame.isKeyframe { return .full(dropped: 1) }
        guard self.bytes + bytes.count <= limits.bytes, entries.count < limits.frames else {
            let dropped = entries.count + 1
            entries = []
            self.bytes = 0
            needsKeyframe = hasVideo
            return .full(dropped: dropped)
        }
        hasBegun = true
        if frame.kind == .video { needsKeyframe = false }
        entries.append(Entry(frame: frame, bytes: Array(copying: bytes)))
        self.bytes += bytes.count
        return .taken
    }

    /// What is left of frames that have waited for a connection: who is late begins at the end.
    static func latest(_ entries: [Entry]) -> [Entry] {
        let last = entries.lastIndex { $0.frame.kind == .video && $0.frame.isKeyframe }
        return last.map { Array(entries[$0...]) } ?? entries
    }

    /// All that waits.
    mutating func take() -> [Entry] {
        var taken: [Entry] = []
        swap(&taken, &entries)
        bytes = 0
        return taken
    }
}
