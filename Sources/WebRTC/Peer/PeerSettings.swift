package import Primitives

/// What a peer is to do, beside what the session descriptions say.
package struct PeerSettings: Sendable {
    package enum Delivery: Sendable, Equatable {
        /// Packets are given as they come; a probe wants them so.
        case packets
        /// So is padding, which whoever passes numbers on must not leave out.
        case everyPacket
        /// Packets are put in order and frames are put together, too.
        case frames(NALFraming)
    }

    package var ice: ICEAgent.Settings
    package var delivery: Delivery
    package var rates: RateLimits
    /// Names our sources in RTCP: the same on all, so that they are played in sync.
    package var cname: String
    /// The time of day at some instant; reports and capture times come of it.
    package var wallClock: WallClockAnchor

    package init(
        ice: ICEAgent.Settings, delivery: Delivery, rates: RateLimits, cname: String,
        wallClock: WallClockAnchor
    ) {
        self.ice = ice
        self.delivery = delivery
        self.rates = rates
        self.cname = cname
        self.wallClock = wallClock
    }
}

/// Ties the monotonic clock to the time of day, once: what jumps later moves nothing.
package struct WallClockAnchor: Sendable {
    package let instant: Instant
    package let nanosecondsSince1970: Int64

    package init(instant: Instant, nanosecondsSince1970: Int64) {
        self.instant = instant
        self.nanosecondsSince1970 = nanosecondsSince1970
    }

    package func ntp(at now: Instant) -> NTPTime {
        NTPTime(
            nanosecondsSince1970: nanosecondsSince1970
                &+ (now.nanoseconds &- instant.nanoseconds))
    }
}

/// Bounds of a peer's tables and waits.
package enum PeerLimits {
    /// Sources that are received at a time: audio, video with its layers, and repairs.
    static let receptions = 16
    /// Layers of one picture that are sent.
    package static let layers = 4
    /// A source that has been silent for so long makes room for another.
    static let sourceSilence: Duration = .seconds(1)
    /// What a datagram may hold; the room for the seal is beside it.
    static let datagram = 1500
    /// A payload that fits into 1,200 bytes with header, extensions, repair and seal.
    static let payload = 1120
    /// With the seal and a relay's header it stays below 1,200, too.
    static let rtcp = 1140
    static let ringPackets = 1024
    static let ringBytes = 1 << 20
    static let nackBatch = 256
    static let reportInterval: Duration = .seconds(1)
    /// A capture time further back is not believed.
    static let oldestCapture: Duration = .seconds(10)
    static let keyframeInterval: Duration = .milliseconds(500)
    /// A host is not told more often that a keyframe is wanted.
    static let wishInterval: Duration = .milliseconds(100)
    /// A new source has so long to show its keyframe before it is asked for one.
    static let keyframeGrace: Duration = .milliseconds(200)
    static let feedbackInterval: Duration = .milliseconds(50)
    /// How many packets the first of a source may have overtaken.
    static let forerunners: Int64 = 16
    static let assumedRoundTrip: Duration = .milliseconds(100)
    /// What a repair takes beside the way there and back: we ask after 10 ms, the answer waits for
    /// its turn to leave, and some senders look for what is asked only when they have a frame.
    static let repairPatience: Duration = .milliseconds(100)
    static let pacer = Pacer<PacedPacket>.Limits(
        maximumPackets: 2048, maximumBytes: 4 << 20, maximumAge: .seconds(2),
        burst: .milliseconds(5))
    /// Packets leave faster than they are made on average, so that a keyframe is not long queued.
    static let pacingFactor = 2.5
    /// Half of what the pacer lets packets wait.
    static let queueTime: Duration = .seconds(1)
    static let audioJitter = JitterBuffer.Limits(
        maximumPackets: 128, maximumPacketBytes: datagram, minimumDelay: .milliseconds(10),
        maximumDelay: .milliseconds(500))
    static let videoJitter = JitterBuffer.Limits(
        maximumPackets: 1024, maximumPacketBytes: datagram, minimumDelay: .milliseconds(10),
        maximumDelay: .seconds(1))
}
