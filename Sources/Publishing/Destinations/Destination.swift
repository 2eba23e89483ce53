package import Primitives
package import WebRTC

/// Where a push sends: a WHIP endpoint, an RTMP server, or one of those with another behind it.
///
/// For its loop's thread only. It never blocks the loop, and what it cannot take it drops and
/// counts: a sick destination harms no other.
package protocol Destination: AnyObject {
    var state: DestinationState { get }
    /// The frames it wants to be given now, by the places of the choices in the offer.
    ///
    /// It may be more than one of a kind while one destination takes over from another.
    var wants: [MediaWish] { get }
    /// Told on the loop, never from within `send`, `start` or `close`.
    var onEvent: ((DestinationEvent) -> Void)? { get set }

    func figures(now: Instant) -> DestinationFigures
    /// Once, and first: begins to connect.
    func start(_ offer: DestinationOffer)
    /// Takes a frame whose bytes are lent while the call lasts; those it does not want are passed
    /// over. The first of each medium and layer that leaves is a keyframe.
    func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant)
    /// Says goodbye to the other side; `done` is called once, on the loop, and nothing follows.
    func close(_ done: @escaping () -> Void)
}

/// What happens to a destination that its owner should know at once.
package enum DestinationEvent: Sendable, Equatable {
    /// `state` or `wants` is another one.
    case changed
    /// Nobody can go on watching this layer without a keyframe.
    case keyframeWanted(choice: Int, layer: Int)
    /// What all layers of video together should not exceed from now on.
    case targetBitRate(choice: Int, bitsPerSecond: Double)
    case notice(DestinationNotice)
}

/// One medium that a destination takes now, by the place of the choice in the offer's list.
package struct MediaWish: Sendable, Hashable {
    package let kind: MediaKind
    package let choice: Int
    /// The layers that the other side takes, by their places in the offer; `[0]` without layers.
    package let layers: [Int]

    package init(kind: MediaKind, choice: Int, layers: [Int]) {
        self.kind = kind
        self.choice = choice
        self.layers = layers
    }
}
