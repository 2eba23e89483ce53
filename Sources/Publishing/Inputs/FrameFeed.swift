package import Media
package import Primitives
package import WebRTC

/// What gives a push its frames: inputs that are read, or in tests something simpler.
///
/// All calls come from the loop of the push, and return at once; reports come there, too.
package protocol FrameFeed: AnyObject {
    var onReport: ((FeedReport) -> Void)? { get set }
    /// Opens the first input.
    func open()
    /// Begins to read, and to make what the plan has.
    func begin(_ plan: RenditionPlan)
    /// The renditions that somebody takes now; no others are made.
    func want(_ renditions: Set<RenditionName>)
    /// Reads on until the frames that are decoded at this time, in nanoseconds since the start.
    /// `onAir` is when that start is on the air; nil while nobody knows.
    func fill(until time: Int64, onAir: Instant?)
    /// The next picture of a rendition is to be a keyframe, if it is encoded.
    func makeKeyframe(_ rendition: RenditionName)
    /// What an encoder should give from now on; zero leaves the layer out.
    func setRate(_ rendition: RenditionName, bitsPerSecond: Int)
    /// Ends all waits and reads nothing more; reports may still come that were under way.
    func close()
}

/// What a feed tells.
package enum FeedReport: Sendable {
    case opened(OpenedInput)
    case frames([FeedFrame])
    /// The frames up to the time that was asked for are there.
    case filled(until: Int64)
    case notice(FeedNotice)
    /// There are no more frames.
    case ended
    case failed(FeedFailure)
}

/// The first input as it turned out to be.
package struct OpenedInput: Sendable {
    package var tracks: [TrackDescription]
    /// It comes by itself, at its own pace.
    package var isLive: Bool
    package var duration: Duration?

    package init(tracks: [TrackDescription], isLive: Bool, duration: Duration?) {
        self.tracks = tracks
        self.isLive = isLive
        self.duration = duration
    }
}

/// A frame of a rendition; times are nanoseconds since the start of the push.
package struct FeedFrame: Sendable {
    package var rendition: RenditionName
    package var isKeyframe: Bool
    package var decoding: Int64
    package var presentation: Int64
    package var duration: Int64
    /// When it was captured, where the feed knows better than the clock of the push.
    package var captured: Instant?
    package var bytes: [UInt8]

    package init(
        rendition: RenditionName, isKeyframe: Bool, decoding: Int64, presentation: Int64,
        duration: Int64, captured: Instant?, bytes: [UInt8]
    ) {
        self.rendition = rendition
        self.isKeyframe = isKeyframe
        self.decoding = decoding
        self.presentation = presentation
        self.duration = duration
        self.captured = captured
        self.bytes = bytes
    }
}

/// Something about the inputs that is good to know.
package enum FeedNotice: Sendable, Equatable {
    /// The input of that place of the list plays now, for the so-manieth time.
    case began(input: Int, round: Int)
    /// It could not be read, and the next one is taken.
    case skipped(input: Int, FeedProblem)
    /// What was passed on so far is encoded from here on.
    case encodes(MediaKind, [EncodingReason])
    /// The input's clock was set anew.
    case clockJumped(MediaKind)
}

/// Why an input cannot be read any more, and which.
package struct FeedFailure: Error, Sendable, Equatable {
    /// Its place in the list of inputs.
    package var input: Int
    package var problem: FeedProblem
    /// Frames had been read of it before.
    package var hasBegun: Bool

    package init(input: Int, problem: FeedProblem, hasBegun: Bool) {
        self.input = input
        self.problem = problem
        self.hasBegun = hasBegun
    }
}

package enum FeedProblem: Error, Sendable, Equatable {
    case media(MediaError)
    case rendition(RenditionProblem)
    /// It has tracks, and not one frame.
    case empty
    /// The thread that reads could not be started, or took no more work.
    case noThread
}
