import Primitives

/// What goes out of a replay, and why: values in, values out.
package struct DeadAir: Sendable, Equatable {
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case black
        case freeze
        case silence
        case beforeFirstEvent = "before_first_event"
        case afterLastEvent = "after_last_event"
    }

    package struct Removal: Sendable, Equatable {
        package let stretch: Stretch
        package let reason: Reason
    }

    /// In order, without overlaps.
    package let removals: [Removal]
    /// The rest of the show, in order.
    package let kept: [Stretch]

    package var removedMicroseconds: Int64 { removals.reduce(0) { $0 + $1.stretch.length } }

    /// What was found out about a show.
    package struct Findings: Sendable, Equatable {
        package var length: Int64
        package var silences: [Stretch] = []
        package var blacks: [Stretch] = []
        package var freezes: [Stretch] = []
        /// When something happens to a product, such as a pin or a price.
        package var productEvents: [Int64] = []
        /// When anything happens.
        package var events: [Int64] = []

        package init(length: Int64) {
            self.length = length
        }
    }

    package init(_ findings: Findings, _ settings: TrimSettings) {
        let whole = Stretch(0, findings.length)
        var removals = Self.pauses(findings, settings)
        removals += Self.ends(findings, settings)
        removals.sort { ($0.stretch.start, $0.stretch.end) < ($1.stretch.start, $1.stretch.end) }
        var result: [Removal] = []
        var place = whole.start
        for removal in removals {
            let rest = Stretch(max(removal.stretch.start, place), removal.stretch.end)
            guard rest.length > 0 else { continue }
            result.append(Removal(stretch: rest, reason: removal.reason))
            place = rest.end
        }
        self.removals = result
        kept = result.map(\.stretch).joined.gaps(in: whole)
    }

    /// Where nothing is to be heard, to be seen or to be bought.
    private static func pauses(_ findings: Findings, _ settings: TrimSettings) -> [Removal] {
        let shortest = max(1, settings.shortest.wholeMicroseconds)
        let whole = Stretch(0, findings.length)
        guard settings.has(.silence) || !settings.stillnesses.isEmpty else { return [] }
        let quiet = settings.has(.silence) ? findings.silences.joined : [whole]
        let busy =
            settings.has(.events)
            ? findings.productEvents.map {
                Stretch(
                    $0 - TrimSettings.Limits.eventMicroseconds,
                    $0 + TrimSettings.Limits.eventMicroseconds)
            }.joined : []
        var parts: [(reason: Reason, stretches: [Stretch])] = []
        if settings.has(.black) { parts.append((.black, findings.blacks.joined)) }
        if settings.has(.freeze) { parts.append((.freeze, findings.freezes.joined)) }
        if parts.isEmpty { parts.append((.silence, [whole])) }
        let still = parts.flatMap(\.stretches).joined
        let dead = quiet.common(with: still).without(busy).lasting(atLeast: shortest)
        let pause = max(0, settings.keptPause.wholeMicroseconds)
        return dead.compactMap { stretch in
            // At the very start and end of a show there is nobody to be given a pause.
            let start = stretch.start <= 0 ? 0 : stretch.start + pause / 2
            let end = stretch.end >= whole.end ? whole.end : stretch.end - pause / 2
            guard end > start else { return nil }
            let most = parts.max {
                Self.length($0.stretches, in: stretch) < Self.length($1.stretches, in: stretch)
            }
            return Removal(stretch: Stretch(start, end), reason: most?.reason ?? .silence)
        }
    }

    /// What comes before the first event and after the last.
    private static func ends(_ findings: Findings, _ settings: TrimSettings) -> [Removal] {
        guard settings.has(.ends) else { return [] }
        let within = findings.events.filter { $0 >= 0 && $0 <= findings.length }
        guard let first = within.min(), let last = within.max() else { return [] }
        let kept = settings.keptEnds.wholeMicroseconds
        var result: [Removal] = []
        if first - kept > 0 {
            result.append(Removal(stretch: Stretch(0, first - kept), reason: .beforeFirstEvent))
        }
        if last + kept < findings.length {
            result.append(
                Removal(
                    stretch: Stretch(last + kept, findings.length), reason: .afterLastEvent))
        }
        return result
    }

    private static func length(_ stretches: [Stretch], in whole: Stretch) -> Int64 {
        stretches.common(with: [whole]).reduce(0) { $0 + $1.length }
    }
}
