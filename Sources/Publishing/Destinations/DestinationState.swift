package import Primitives
package import Sessions
package import WebRTC

/// How a destination stands.
package enum DestinationState: Sendable, Equatable {
    case idle
    case connecting
    case live(LiveMedia)
    /// It tries again then; what went wrong, and how often in a row.
    case waiting(until: Instant, after: DestinationFailure, attempts: Int)
    /// For good: trying again would not help, or has been tried as often as it may be.
    case failed(DestinationFailure)
    /// Closed by its owner.
    case ended
}

/// What goes to a destination that is live.
package struct LiveMedia: Sendable, Equatable {
    /// The places of the choices in the offer; nil where the other side does not take the medium.
    package var video: Int?
    package var audio: Int?
    /// How many layers of the offer it takes.
    package var layers: Int
    /// Nothing has been heard of the other side since; a way to it is being looked for.
    package var stalledSince: Instant?
    /// Media goes to the fallback now.
    package var isFallback: Bool

    package init(
        video: Int?, audio: Int?, layers: Int, stalledSince: Instant?, isFallback: Bool
    ) {
        self.video = video
        self.audio = audio
        self.layers = layers
        self.stalledSince = stalledSince
        self.isFallback = isFallback
    }
}

/// Why a destination does not get the show, as facts.
package enum DestinationFailure: Error, Sendable, Equatable {
    case session(SessionFailure)
    /// Nothing that the push can give is anything that the other side could take.
    case nothingToGive
    case rtmp(RTMPFailure)
}

/// Why an RTMP server does not get the show.
package enum RTMPFailure: Error, Sendable, Equatable {
    /// What the library said when the connection was opened or the header was written.
    case refused(code: Int32, words: [String])
    case lost(code: Int32, words: [String])
    case timedOut
    /// The thread that writes could not be started.
    case noThread
}

/// Something that is good to know and changes nothing.
package enum DestinationNotice: Sendable, Equatable {
    case session(SessionNotice)
    /// A new session is made, because the last one failed.
    case reconnecting(attempt: Int)
    /// From now on the fallback has the show.
    case switchedToFallback
    /// From now on the first one has it again.
    case switchedBack
    /// The other side takes fewer layers than were offered.
    case layersRefused(taken: Int)
    /// Frames that found no room, since the last notice.
    case dropped(frames: Int)
}

/// What a destination has done so far; rates are for the last second or so.
package struct DestinationFigures: Sendable, Equatable {
    package var frames = 0
    package var packets = 0
    package var bytes = 0
    /// Frames that came when nobody could take them, or found no room.
    package var framesDropped = 0
    package var retransmits = 0
    package var keyframesWanted = 0
    package var reconnects = 0
    package var restarts = 0
    /// Of what was sent last, 0 to 1; nil where the other side does not report.
    package var lostFraction: Double?
    package var roundTrip: Duration?
    package var jitter: Duration?
    package var targetBitsPerSecond: Double?
    package var sentBitsPerSecond = 0.0
    /// Waits to be sent.
    package var queuedBytes = 0
    package var codec: Codec?

    package init() {}
}
