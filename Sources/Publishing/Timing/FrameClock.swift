import Primitives
package import WebRTC

/// Puts the frames of inputs on the one time line of a push: over wraps, jumps, loops and lists.
///
/// All times are nanoseconds: an input's on its own clock, a push's since its beginning. What is
/// between picture and sound stays as the input has it, to the nanosecond.
package struct FrameClock: Sendable {
    /// What a container says of a frame.
    package struct Times: Sendable, Equatable {
        package var decoding: Int64?
        package var presentation: Int64?
        package var duration: Int64?

        package init(decoding: Int64?, presentation: Int64?, duration: Int64?) {
            self.decoding = decoding
            self.presentation = presentation
            self.duration = duration
        }
    }

    /// Where a frame stands in the push.
    package struct Place: Sendable, Equatable {
        package var decoding: Int64
        package var presentation: Int64
        package var duration: Int64
        /// The input's clock was set anew with this frame.
        package var isAfterJump: Bool
    }

    package enum Limits {
        /// A frame that goes back less has a timestamp that is a little wrong.
        static let jitter: Int64 = 500_000_000
        /// A wrap is told from another jump where it leaves no larger gap.
        static let wrapTolerance: Int64 = 1_000_000_000
        /// Clocks that tracks of one input may be on at a time: one has wrapped, the other not yet.
        static let clocks = 4
        /// Two frames are apart by a tick of 90 kHz at least.
        static let step: Int64 = 11_112
        /// Beyond it an input's time is nonsense. What devices capture is told in wall clock time,
        /// which stays below until 2043.
        static let largest: Int64 = 1 << 61
        /// No push is so long; a few sums of both must fit.
        static let furthest: Int64 = 1 << 60
    }

    /// How long clocks run before they begin anew: 33 bits of 90 kHz (MPEG-TS), 32 bits of
    /// milliseconds (FLV), 32 bits of 90 kHz (RTP).
    private static let wraps: [Int64] = [
        95_443_717_688_889, 4_294_967_296_000_000, 47_721_858_844_444,
    ]

    private struct Track {
        var expected: Int64?
        var lastPresentation: Int64?
        var frameLength: Int64 = 0
    }

    private var jumpLimit: Int64?
    private var video = Track()
    private var audio = Track()
    /// What is added to an input's time, the newest first.
    private var clocks: [Int64] = []
    private var latest: Int64?
    /// Where the input began in the push.
    package private(set) var inputStart: Int64 = 0
    /// Where the furthest frame so far ends: where a next input begins.
    package private(set) var end: Int64 = 0

    package init() {}

    /// A further input, or the same one from its beginning: it begins where all before it ended.
    ///
    /// - Parameters:
    ///   - origin: the time on its own clock that is its beginning; nil takes its first frame.
    ///   - jumpLimit: a longer gap is its clock set anew; nil where gaps are to be believed.
    package mutating func beginInput(origin: Int64?, jumpLimit: Duration?) {
        self.jumpLimit = jumpLimit.map(\.wholeNanoseconds)
        inputStart = min(end, Limits.largest)
        latest = nil
        video.expected = nil
        audio.expected = nil
        clocks = origin.map { [inputStart - Self.bounded($0)] } ?? []
    }

    /// Places the next frame of a track; nil where nothing that makes sense says when it is.
    package mutating func place(_ kind: MediaKind, _ times: Times) -> Place? {
        var track = kind == .video ? video : audio
        let time = times.decoding ?? times.presentation
        guard time != nil || track.expected != nil else { return nil }
        var place = Place(decoding: 0, presentation: 0, duration: 0, isAfterJump: false)
        if let time {
            let time = Self.bounded(time)
            let presentation = Self.bounded(times.presentation ?? time)
            let clock = choose(time, presentation, track, &place.isAfterJump)
            place.decoding = time + clock
            place.presentation = presentation + clock
        } else if let expected = track.expected {
            place.decoding = expected
            place.presentation = expected
        }
        guard abs(place.decoding) <= Limits.furthest, abs(place.presentation) <= Limits.furthest
        else { return nil }
        let length = self.length(times.duration, place, track)
        place.duration = length
        track.frameLength = length
        track.expected = place.decoding + length
        latest = max(latest ?? place.decoding, place.decoding)
        end = max(end, place.presentation + length)
        track.lastPresentation = place.presentation
        if kind == .video { video = track } else { audio = track }
        return place
    }

    /// The clock on which the frame lies nearest to where it is expected.
    private mutating func choose(
        _ time: Int64, _ presentation: Int64, _ track: Track, _ isJump: inout Bool
    ) -> Int64 {
        guard let newest = clocks.first else {
            clocks = [inputStart - presentation]
            return clocks[0]
        }
        guard let expected = track.expected ?? latest else { return newest }
        // What is not believed is a jump, so that the sums of the wildest times stay in bounds.
        let furthest = min(jumpLimit ?? .max, Limits.largest - expected)
        var best: (clock: Int64, distance: Int64)?
        for clock in clocks {
            let distance = time + clock - expected
            guard distance >= -Limits.jitter, distance <= furthest else { continue }
            if abs(distance) < best?.distance ?? .max { best = (clock, abs(distance)) }
        }
        if let best { return best.clock }
        isJump = true
        let clock = wrapped(time, from: newest, expected) ?? expected - time
        clocks.insert(clock, at: 0)
        if clocks.count > Limits.clocks { clocks.removeLast() }
        return clock
    }

    /// The same clock after its counter began anew: nothing is lost to rounding then.
    private func wrapped(_ time: Int64, from clock: Int64, _ expected: Int64) -> Int64? {
        for wrap in Self.wraps where abs(time + clock + wrap - expected) <= Limits.wrapTolerance {
            return clock + wrap
        }
        return nil
    }

    private func length(_ said: Int64?, _ place: Place, _ track: Track) -> Int64 {
        if let said, said > 0 { return min(said, 60_000_000_000) }
        if track.frameLength > 0 { return track.frameLength }
        guard let last = track.lastPresentation, place.presentation > last else { return 0 }
        return min(place.presentation - last, 1_000_000_000)
    }

    private static func bounded(_ time: Int64) -> Int64 {
        max(-Limits.largest, min(Limits.largest, time))
    }
}

/// Keeps the times of a rendition rising, as RTP wants them, and none before the push began.
package struct RisingTimes: Sendable {
    private var last: Int64?

    package init() {}

    /// The frame's own time, or the least after the one before.
    package mutating func next(_ time: Int64) -> Int64 {
        let rising = max(time, last.map { $0 + FrameClock.Limits.step } ?? 0)
        last = rising
        return rising
    }
}
