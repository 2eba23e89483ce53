import Media
import Primitives
import WebRTC

/// The clock that is burned into the pictures of one layer. It belongs to the feed's thread.
struct LayerStamp {
    private let stamp: PictureStamp
    private let wallClock: WallClockAnchor
    /// Of pictures, not of frames: one that is shown again keeps its number.
    private var number: Int64 = 0

    /// Nil where the pictures are too small for one.
    init?(_ size: PictureSize, _ wallClock: WallClockAnchor) {
        guard let stamp = PictureStamp(in: size) else { return nil }
        self.stamp = stamp
        self.wallClock = wallClock
    }

    mutating func burn(_ captured: Instant, into picture: Picture) throws(MediaError) {
        let nanoseconds = wallClock.ntp(at: captured).nanosecondsSince1970
        let time = WallClock(millisecondsSince1970: (nanoseconds + 500_000) / 1_000_000)
        try stamp.burn(
            PatternCode(time, number: number, isPattern: false), into: picture)
        number += 1
    }
}
