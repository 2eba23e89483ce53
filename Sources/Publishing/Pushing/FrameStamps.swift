import Primitives
import WebRTC

/// Puts stamps beside coded pictures, as they leave.
struct FrameStamps {
    private let choices: [VideoChoice]
    private let wallClock: WallClockAnchor
    /// By choice; layers count on their own.
    private var numbers: [RenditionName: UInt32] = [:]
    /// The last frame with its stamp.
    private(set) var bytes: [UInt8] = []

    init(_ choices: [VideoChoice], _ wallClock: WallClockAnchor) {
        self.choices = choices
        self.wallClock = wallClock
    }

    mutating func put(_ frame: FeedFrame, captured: Instant, sent: Instant) {
        bytes.removeAll(keepingCapacity: true)
        let choice = frame.rendition.choice
        guard choices.indices.contains(choice), let syntax = choices[choice].codec.nalSyntax else {
            bytes.append(frame.bytes.span)
            return
        }
        let number = numbers[frame.rendition, default: 0]
        numbers[frame.rendition] = number &+ 1
        StampSEI(
            number: number, captured: wallClock.ntp(at: captured).nanosecondsSince1970,
            sent: wallClock.ntp(at: sent).nanosecondsSince1970
        ).insert(into: frame.bytes.span, syntax, choices[choice].framing, to: &bytes)
    }
}
