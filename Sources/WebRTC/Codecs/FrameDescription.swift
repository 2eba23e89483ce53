/// What is known about a frame that was put together.
package struct FrameDescription: Sendable, Hashable {
    /// Of the RTP packets that carried it.
    package let timestamp: UInt32
    /// Whether decoding can begin here; true for each frame of audio.
    package let isKeyframe: Bool
    /// Whether frames that it builds upon are missing: it would show a wrong picture.
    package let isDamaged: Bool
    /// Whether packets are missing before it.
    package let isAfterGap: Bool
}

/// What a depacketiser has done so far.
package struct DepacketiserCounts: Sendable, Hashable {
    package internal(set) var framesEmitted = 0
    /// Frames of which a part was lost or discarded.
    package internal(set) var framesDiscarded = 0
    /// Payloads that their format doesn't allow, or that would grow a frame past its limit.
    package internal(set) var payloadsDiscarded = 0
}
