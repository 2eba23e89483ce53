import WebRTC

/// Frames that wait for their time, pictures and sounds apart, since files mix them as they like.
struct FrameQueue {
    enum Limits {
        static let frames = 8192
        static let bytes = 64 << 20
    }

    /// A row with its first frame at `start`, so that taking one moves none.
    private struct Row {
        var frames: [FeedFrame?] = []
        var start = 0

        var first: FeedFrame? { start < frames.count ? frames[start] : nil }
        var count: Int { frames.count - start }

        mutating func append(_ frame: FeedFrame) { frames.append(frame) }

        mutating func take() -> FeedFrame? {
            guard start < frames.count else { return nil }
            let frame = frames[start].take()
            start += 1
            if start == frames.count {
                frames.removeAll(keepingCapacity: true)
                start = 0
            } else if start >= 256 {
                frames.removeFirst(start)
                start = 0
            }
            return frame
        }
    }

    private var video = Row()
    private var audio = Row()
    private(set) var bytes = 0

    var count: Int { video.count + audio.count }
    var isEmpty: Bool { count == 0 }

    /// False where there is no room for it.
    mutating func append(_ frame: FeedFrame) -> Bool {
        guard count < Limits.frames, bytes + frame.bytes.count <= Limits.bytes else {
            return false
        }
        bytes += frame.bytes.count
        if frame.rendition.kind == .video { video.append(frame) } else { audio.append(frame) }
        return true
    }

    /// When the next frame is decoded; sound first where both are.
    var nextTime: Int64? {
        switch (video.first?.decoding, audio.first?.decoding) {
        case (let seen?, let heard?): min(seen, heard)
        case (let seen?, nil): seen
        case (nil, let heard): heard
        }
    }

    mutating func take() -> FeedFrame? {
        let isSound =
            switch (video.first?.decoding, audio.first?.decoding) {
            case (let seen?, let heard?): heard <= seen
            case (_?, nil): false
            case (nil, _): true
            }
        let frame = isSound ? audio.take() : video.take()
        bytes -= frame?.bytes.count ?? 0
        return frame
    }

    mutating func removeAll() {
        video = Row()
        audio = Row()
        bytes = 0
    }
}
