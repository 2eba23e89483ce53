package import Primitives

/// Decides which of two destinations has the show: the primary, unless it is unwell.
///
/// A value without clocks. After each `update`, `deadline` says when the next one is due.
package struct FallbackRules: Sendable {
    package enum Side: Sendable, Equatable {
        case primary, fallback
    }

    /// How a destination is, as far as the rules care.
    package enum Health: Sendable, Equatable {
        case connecting
        case well
        /// Connected, and silent.
        case stalled
        /// Waiting for its next try.
        case down
        /// It tries no more.
        case gone
    }

    package struct Limits: Sendable, Equatable {
        /// How long the primary may take to connect.
        package var patience: Duration
        /// How long it may be silent.
        package var stall: Duration
        /// How long it must have been well before it has the show alone again.
        package var confidence: Duration
        /// Each time it dies soon after it had the show back, it must be well for twice as long.
        package var maximumConfidence: Duration

        package init(
            patience: Duration, stall: Duration, confidence: Duration, maximumConfidence: Duration
        ) {
            self.patience = patience
            self.stall = stall
            self.confidence = confidence
            self.maximumConfidence = maximumConfidence
        }

        package static let usual = Limits(
            patience: .seconds(5), stall: .seconds(3), confidence: .seconds(10),
            maximumConfidence: .seconds(160))
    }

    package enum Command: Sendable, Equatable {
        case startFallback
        case closeFallback
        case switched(Side)
    }

    package let limits: Limits
    /// Who has the show; nil while nobody has.
    package private(set) var active: Side?
    package private(set) var isFallbackStarted = false
    package private(set) var deadline: Instant?
    private var confidence: Duration
    private var primary = Health.connecting
    private var wellSince: Instant?
    private var illSince: Instant?
    private var hasLostShow = false

    package init(_ limits: Limits) {
        self.limits = limits
        confidence = limits.confidence
    }

    /// Nothing of the fallback counts while it is not started.
    package mutating func update(
        primary next: Health, fallback: Health?, now: Instant
    ) -> [Command] {
        note(next, now)
        var commands: [Command] = []
        let needsFallback =
            primary != .well && (isFallbackStarted || patienceEnd.map { now >= $0 } ?? true)
        if needsFallback, !isFallbackStarted {
            isFallbackStarted = true
            hasLostShow = true
            commands.append(.startFallback)
        }
        let isFallbackWell = isFallbackStarted && fallback == .well
        let isTrusted = trustBegin.map { now >= $0 } ?? false
        choose(needsFallback, isFallbackWell: isFallbackWell, isTrusted: isTrusted, &commands)
        if isTrusted, isFallbackStarted {
            isFallbackStarted = false
            commands.append(.closeFallback)
        }
        deadline = nextDeadline
        return commands
    }

    private mutating func choose(
        _ needsFallback: Bool, isFallbackWell: Bool, isTrusted: Bool, _ commands: inout [Command]
    ) {
        let before = active
        switch active {
        case nil:
            if isFallbackWell, primary != .well { active = .fallback }
            if primary == .well { active = .primary }
        case .primary:
            if needsFallback { active = isFallbackWell ? .fallback : nil }
        case .fallback:
            if isTrusted || primary == .well && !isFallbackWell {
                active = .primary
            } else if !isFallbackWell {
                active = nil
            }
        }
        if let active, active != before { commands.append(.switched(active)) }
    }

    private mutating func note(_ next: Health, _ now: Instant) {
        defer { primary = next }
        if next == .well {
            wellSince = wellSince ?? now
            illSince = nil
            return
        }
        if let wellSince, hasLostShow {
            let isSoon = now < wellSince + confidence + confidence
            confidence =
                isSoon ? min(confidence * 2, limits.maximumConfidence) : limits.confidence
        }
        wellSince = nil
        // Whoever falls from one illness into another has been ill all the time.
        illSince = illSince ?? now
    }

    /// Until when an unwell primary is waited for; nil where there is nothing to wait for.
    private var patienceEnd: Instant? {
        switch primary {
        case .connecting: illSince.map { $0 + limits.patience }
        case .stalled: illSince.map { $0 + limits.stall }
        case .well, .down, .gone: nil
        }
    }

    /// From when on a primary that is well has the show alone.
    private var trustBegin: Instant? {
        wellSince.map { hasLostShow ? $0 + confidence : $0 }
    }

    private var nextDeadline: Instant? {
        guard primary == .well else { return isFallbackStarted ? nil : patienceEnd }
        return isFallbackStarted ? trustBegin : nil
    }
}
