package import Primitives

/// How fast to send: the smaller of what delay and loss allow (GCC), capped by a REMB if one came.
package struct CongestionController: Sendable {
    /// Until feedback has shown the way there and back.
    static let assumedRoundTrip = Duration.milliseconds(100)
    /// A REMB counts for as long as its sender should have sent another.
    static let rembValidity = Duration.seconds(5)
    /// Without any feedback for so long the rate is halved, and again after each such time.
    static let feedbackTimeout = Duration.milliseconds(1500)

    package let limits: RateLimits
    package private(set) var roundTrip = Self.assumedRoundTrip
    private var sent = SentPackets()
    private var gradient = DelayGradient()
    private var acknowledged = AcknowledgedRate()
    private var delayControl: DelayRateControl
    private var lossControl: LossRateControl
    private var cap: (bitsPerSecond: Double, until: Instant)?
    private var silenceDeadline: Instant?

    package init(_ limits: RateLimits) {
        self.limits = limits
        delayControl = DelayRateControl(limits)
        lossControl = LossRateControl(limits)
    }

    /// The rate to send at, retransmissions and padding included.
    package func targetBitsPerSecond(now: Instant) -> Double {
        var rate = min(delayControl.rate, lossControl.rate)
        if let cap, cap.until > now { rate = min(rate, cap.bitsPerSecond) }
        return limits.clamp(rate)
    }

    package var usage: DelayGradient.Usage { gradient.usage }
    package var inFlightBytes: Int { sent.inFlightBytes }
    /// When silence has lasted so long that `handleSilence` lowers the rate.
    package var deadline: Instant? { silenceDeadline }

    /// Gives a packet that is being sent its transport-wide number.
    package mutating func send(bytes: Int, at now: Instant) -> UInt16 {
        if silenceDeadline == nil { silenceDeadline = now + Self.feedbackTimeout }
        return sent.send(bytes: bytes, at: now)
    }

    /// Learns from a transport-wide feedback.
    package mutating func receive(_ feedback: borrowing TransportFeedback, at now: Instant) {
        // Locals, because the walk itself changes `sent`.
        var gradient = gradient
        var acknowledged = acknowledged
        var lossControl = lossControl
        var lastSent: Instant?
        sent.receive(feedback) { outcome in
            lossControl.receive(isLost: outcome.arrival == nil)
            guard let arrival = outcome.arrival else { return }
            acknowledged.receive(bytes: outcome.bytes, at: arrival)
            gradient.receive(sentAt: outcome.sentAt, arrival: arrival)
            lastSent = outcome.sentAt
        }
        self.gradient = gradient
        self.acknowledged = acknowledged
        self.lossControl = lossControl
        guard let lastSent else { return }
        silenceDeadline = sent.inFlightBytes > 0 ? now + Self.feedbackTimeout : nil
        let measured = now - lastSent
        if measured >= .zero {
            roundTrip = .nanoseconds(
                (roundTrip.wholeNanoseconds * 7 + min(measured, .seconds(2)).wholeNanoseconds) / 8)
        }
        delayControl.update(
            gradient.usage, acknowledged: acknowledged.bitsPerSecond, roundTrip: roundTrip,
            now: now)
        let target = targetBitsPerSecond(now: now)
        if self.lossControl.update(target: target, roundTrip: roundTrip, now: now) {
            delayControl.limit(to: self.lossControl.rate)
        }
    }

    /// Learns from a receiver report, where there is no transport-wide feedback.
    package mutating func receive(
        fractionLost: UInt8, secondsSinceLast seconds: Double, roundTrip: Duration?,
        at now: Instant
    ) {
        if let roundTrip { self.roundTrip = roundTrip }
        silenceDeadline = nil
        let target = targetBitsPerSecond(now: now)
        let isLower = lossControl.update(
            fraction: Double(fractionLost) / 256, seconds: seconds, target, self.roundTrip, now)
        if isLower {
            delayControl.limit(to: lossControl.rate)
        } else if Double(fractionLost) / 256 < LossRateControl.calm {
            delayControl.update(
                .normal, acknowledged: nil, roundTrip: self.roundTrip, now: now)
        }
    }

    /// Learns the receiver's own estimate: never more than that.
    package mutating func receive(receiverEstimate bitsPerSecond: UInt64, at now: Instant) {
        cap = (Double(bitsPerSecond), now + Self.rembValidity)
    }

    /// Halves the rate where feedback has been missing past the deadline.
    package mutating func handleSilence(now: Instant) {
        guard let silenceDeadline, silenceDeadline <= now else { return }
        delayControl.limit(to: targetBitsPerSecond(now: now) / 2)
        self.silenceDeadline = now + Self.feedbackTimeout
    }
}
