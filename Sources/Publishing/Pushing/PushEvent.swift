/// What happens to a push that somebody may want to read.
package enum PushEvent: Sendable {
    case opened(OpenedInput)
    case planned(RenditionPlan)
    case feed(FeedNotice)
    /// The place of the destination among those of the plan, here and below.
    case destination(Int, DestinationState)
    case notice(Int, DestinationNotice)
    /// The first frame of all was handed to a destination.
    case onAir
    /// Media of more than the path seems to carry are passed on; bits per second.
    case copyOverTarget(Int, rate: Double, target: Double)
}

/// How a push came to its end.
package enum PushEnding: Sendable, Equatable {
    /// All of the input was sent, or all that was asked for.
    case finished
    /// Somebody wanted it to end.
    case stopped
    case inputFailed(FeedFailure)
    case refused(RenditionProblem)
    /// No destination is left.
    case noDestination
}

/// How a push stands.
package struct PushReport: Sendable {
    package enum Phase: Sendable, Equatable {
        case opening
        case connecting
        case onAir
        case closing
        case ended(PushEnding)
    }

    package var phase: Phase
    /// Media that have been sent so far.
    package var mediaTime: Duration
    package var videoFrames: Int
    package var audioFrames: Int
    package var keyframes: Int
    /// Bytes of frames that were made, whoever took them.
    package var videoBytes: Int
    package var audioBytes: Int
    /// Frames that nobody could take when their time had come, or that found no room.
    package var framesDropped: Int
    /// How long the input has held up the show.
    package var stalled: Duration
    package var destinations: [DestinationReport]

    package var isLive: Bool { destinations.contains { $0.isLive } }
}

package struct DestinationReport: Sendable {
    package var state: DestinationState
    package var figures: DestinationFigures
    /// It has been live before.
    package var wasLive: Bool

    package var isLive: Bool {
        if case .live = state { true } else { false }
    }
}
