import HTTP
import Network
import Primitives
import Sessions
import Signaling
import Testing

@testable import Publishing

/// When a lost destination is tried again, and when another one takes its place.
@Suite struct DestinationRulesTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private func at(_ milliseconds: Int) -> Instant { Self.start + .milliseconds(milliseconds) }

    // MARK: - Reconnecting

    @Test func `tries come later and later, and not all at once`() {
        var random = SeededRandom(seed: 1)
        var rules = ReconnectRules(
            ReconnectLimits(
                firstTries: 20, tries: nil, firstDelay: .milliseconds(500),
                maximumDelay: .seconds(15), calm: .seconds(10)))
        var last = Duration.zero
        for attempt in 0..<12 {
            let verdict = rules.failed(isFinal: false, now: at(attempt), using: &random)
            guard case .again(let delay) = verdict else {
                Issue.record("\(attempt): \(verdict)")
                return
            }
            let base = min(Duration.milliseconds(500) * (1 << attempt), .seconds(15))
            #expect(delay >= base && delay < base * 5 / 4)
            #expect(delay >= last * 4 / 5)
            last = delay
        }
    }

    @Test func `who has never been live is tried so often, and who has for ever`() {
        var random = SeededRandom(seed: 2)
        let limits = ReconnectLimits(
            firstTries: 3, tries: nil, firstDelay: .milliseconds(1),
            maximumDelay: .milliseconds(1), calm: .seconds(10))
        var new = ReconnectRules(limits)
        var verdicts = (0..<3).map { _ in new.failed(isFinal: false, now: at(0), using: &random) }
        #expect(verdicts.map { $0 == .never } == [false, false, true])
        var old = ReconnectRules(limits)
        old.becameLive(now: at(0))
        verdicts = (0..<50).map { _ in old.failed(isFinal: false, now: at(0), using: &random) }
        #expect(!verdicts.contains(.never))
        #expect(old.failed(isFinal: true, now: at(0), using: &random) == .never)
    }

    @Test func `a calm time makes the next delay short again`() {
        var random = SeededRandom(seed: 3)
        var rules = ReconnectRules(.usual)
        for _ in 0..<5 {
            rules.becameLive(now: at(0))
            _ = rules.failed(isFinal: false, now: at(100), using: &random)
        }
        #expect(rules.attempts == 5)
        rules.becameLive(now: at(1000))
        _ = rules.failed(isFinal: false, now: at(12_000), using: &random)
        #expect(rules.attempts == 1)
    }

    @Test func `what cannot change by being tried again is not`() {
        func refused(_ status: Int) -> DestinationFailure {
            .session(
                .signaling(
                    SignalingFailure(
                        step: .offer, reason: .refused, response: .init(status: status))))
        }
        let cases: [(DestinationFailure, new: Bool, old: Bool)] = [
            (.nothingToGive, true, true), (refused(401), true, true), (refused(403), true, true),
            (refused(404), true, false), (refused(415), true, false), (refused(409), false, false),
            (refused(503), false, false), (refused(500), false, false),
            (.session(.http(.offer, .connect(code: 111))), false, false),
            (.session(.http(.offer, .untrusted(code: 18))), true, true),
            (.session(.left), false, false), (.rtmp(.timedOut), false, false),
        ]
        for (failure, new, old) in cases {
            #expect(failure.isFinal(hasBeenLive: false) == new, "\(failure)")
            #expect(failure.isFinal(hasBeenLive: true) == old, "\(failure)")
        }
    }

    // MARK: - Fallback

    private typealias Health = FallbackRules.Health

    private static let limits = FallbackRules.Limits(
        patience: .seconds(5), stall: .seconds(3), confidence: .seconds(10),
        maximumConfidence: .seconds(40))

    @Test func `a primary that connects in time has the show alone`() {
        var rules = FallbackRules(Self.limits)
        #expect(rules.update(primary: .connecting, fallback: nil, now: at(0)).isEmpty)
        #expect(rules.deadline == at(5000))
        #expect(rules.update(primary: .well, fallback: nil, now: at(900)) == [.switched(.primary)])
        #expect(rules.deadline == nil && !rules.isFallbackStarted)
    }

    @Test func `a primary that takes too long is not waited for`() {
        var rules = FallbackRules(Self.limits)
        _ = rules.update(primary: .connecting, fallback: nil, now: at(0))
        #expect(
            rules.update(primary: .connecting, fallback: nil, now: at(5000)) == [.startFallback])
        #expect(rules.update(primary: .down, fallback: .connecting, now: at(5500)).isEmpty)
        #expect(
            rules.update(primary: .connecting, fallback: .well, now: at(6000))
                == [.switched(.fallback)])
    }

    @Test func `a short silence is no reason to switch, a long one is`() {
        var rules = FallbackRules(Self.limits)
        _ = rules.update(primary: .well, fallback: nil, now: at(0))
        #expect(rules.update(primary: .stalled, fallback: nil, now: at(1000)).isEmpty)
        #expect(rules.update(primary: .well, fallback: nil, now: at(3900)).isEmpty)
        #expect(rules.active == .primary)
        _ = rules.update(primary: .stalled, fallback: nil, now: at(5000))
        #expect(rules.deadline == at(8000))
        #expect(rules.update(primary: .stalled, fallback: nil, now: at(8000)) == [.startFallback])
    }

    @Test func `the primary has the show back once it has been well for a while`() {
        var rules = FallbackRules(Self.limits)
        _ = rules.update(primary: .well, fallback: nil, now: at(0))
        #expect(rules.update(primary: .down, fallback: nil, now: at(1000)) == [.startFallback])
        #expect(
            rules.update(primary: .down, fallback: .well, now: at(1200)) == [.switched(.fallback)])
        #expect(rules.update(primary: .well, fallback: .well, now: at(2000)).isEmpty)
        #expect(rules.deadline == at(12_000))
        #expect(rules.update(primary: .well, fallback: .well, now: at(11_000)).isEmpty)
        #expect(
            rules.update(primary: .well, fallback: .well, now: at(12_000))
                == [.switched(.primary), .closeFallback])
        // It dies soon after: the next time it has to prove itself for longer.
        #expect(rules.update(primary: .down, fallback: nil, now: at(13_000)) == [.startFallback])
        _ = rules.update(primary: .well, fallback: .well, now: at(14_000))
        #expect(rules.deadline == at(34_000))
    }

    @Test func `a fallback that dies leaves the show to a primary that is well`() {
        var rules = FallbackRules(Self.limits)
        _ = rules.update(primary: .down, fallback: nil, now: at(0))
        _ = rules.update(primary: .down, fallback: .well, now: at(1))
        _ = rules.update(primary: .well, fallback: .well, now: at(1000))
        #expect(rules.active == .fallback)
        #expect(
            rules.update(primary: .well, fallback: .down, now: at(1100)) == [.switched(.primary)])
    }

    /// Both sides fall ill and get well at random; the rules are told at once, and at deadlines.
    @Test func `whatever happens, who is well has the show`() {
        let states: [Health] = [.connecting, .well, .stalled, .down]
        for seed in 0..<1000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var rules = FallbackRules(Self.limits)
            var (primary, fallback) = (Health.connecting, Health.connecting)
            var now = at(0)
            var isStarted = false
            var illSince: Instant? = now
            var wellSince: Instant?
            _ = rules.update(primary: primary, fallback: nil, now: now)
            for _ in 0..<200 {
                let step = Duration.milliseconds(Int.random(in: 1...4000, using: &random))
                var end = now + step
                if let due = rules.deadline, due < end {
                    end = due
                } else if Bool.random(using: &random) {
                    primary = states[Int.random(in: 0..<4, using: &random)]
                } else if isStarted {
                    fallback = states[Int.random(in: 0..<4, using: &random)]
                }
                now = end
                if primary == .well {
                    (illSince, wellSince) = (nil, wellSince ?? now)
                } else {
                    (illSince, wellSince) = (illSince ?? now, nil)
                }
                var isRight = true
                for command in rules.update(
                    primary: primary, fallback: isStarted ? fallback : nil, now: now)
                {
                    switch command {
                    case .startFallback:
                        isRight = isRight && !isStarted
                        (isStarted, fallback) = (true, .connecting)
                    case .closeFallback:
                        isRight = isRight && isStarted && primary == .well
                        isStarted = false
                    case .switched(let side): isRight = isRight && rules.active == side
                    }
                }
                isRight =
                    isRight && rules.deadline.map { $0 > now } ?? true
                    && isStarted == rules.isFallbackStarted
                // What has to hold at every instant.
                if rules.active == .fallback { isRight = isRight && fallback == .well }
                if primary == .well, !isStarted || fallback != .well {
                    isRight = isRight && rules.active == .primary
                }
                if let illSince, now >= illSince + .seconds(5) {
                    isRight = isRight && isStarted
                    if fallback == .well { isRight = isRight && rules.active == .fallback }
                }
                if let wellSince, now >= wellSince + .seconds(40) {
                    isRight = isRight && rules.active == .primary && !isStarted
                }
                #expect(isRight, "seed \(seed) at \(now): \(rules)")
            }
        }
    }
}
