import Glibc
import Primitives
import Testing

/// Random acts against the rules and against the plain shop. LC_SEEDS says how many seeds.
@Suite struct ReservationModelTests {
    private static let actsPerSeed = 60

    private static var seeds: UInt64 {
        unsafe getenv("LC_SEEDS").flatMap { unsafe UInt64(String(cString: $0)) } ?? 400
    }

    private static func acts(_ seed: UInt64) -> [ShopAct] {
        var random = SeededRandom(seed: seed)
        return (0..<actsPerSeed).map { _ in ShopAct.random(&random) }
    }

    @Test func `the rules say what the plain shop says`() throws {
        for seed in 1...Self.seeds {
            let acts = Self.acts(seed)
            guard let difference = try ShopPair.difference(acts) else { continue }
            let few = try smallest(acts) { try ShopPair.difference($0) != nil }
            let last = try ShopPair.difference(few) ?? ""
            Issue.record(
                """
                seed \(seed): \(difference)
                fewest acts, \(last):
                \(few.map { "  .\($0)," }.joined(separator: "\n"))
                """)
            return
        }
    }

    @Test func `the acts lead to every event and every refusal`() throws {
        var kinds: Set<String> = []
        for seed in UInt64(1)...40 {
            var pair = try ShopPair()
            _ = try pair.difference(Self.acts(seed))
            kinds.formUnion(pair.kinds)
        }
        let wanted = [
            "created", "now", "still", "again", "soldOut", "overCap", "tooLate", "placeExists",
            "reservationExists", "reservationOver", "reservationConfirmed", "noReservation",
            "holdLimitReached", "notWaiting", "stockBelowPromised", "showHasEnded", "sold-out",
            "back-in-stock", "stock-update", "policy-changed", "price-flash", "price-flash-closed",
            "show-ended", "reservation-held", "reservation-paying", "reservation-extended",
            "reservation-confirmed", "reservation-released", "reservation-expired",
            "waitlist-joined", "waitlist-offered", "waitlist-left",
        ]
        #expect(wanted.filter { !kinds.contains($0) } == [])
    }

    @Test(arguments: [PlainShop.Fault.forgetsWaiters, .keepsExpired])
    func `a difference is found and told in few acts`(fault: PlainShop.Fault) throws {
        let found = try (UInt64(1)...50).lazy.map(Self.acts).first {
            try ShopPair.difference($0, fault: fault) != nil
        }
        let acts = try #require(found)
        let few = try smallest(acts) { try ShopPair.difference($0, fault: fault) != nil }
        #expect(few.count <= 4, "\(few)")
        #expect(try ShopPair.difference(few) == nil)
    }
}

/// Leaves out what is not needed for `fails` to stay true: halves first, then single ones.
func smallest<Element>(
    _ all: [Element], fails: ([Element]) throws -> Bool
) rethrows -> [Element] {
    var kept = all
    var length = kept.count / 2
    while length > 0 {
        var start = 0
        var isSmaller = false
        while start < kept.count {
            var fewer = kept
            fewer.removeSubrange(start..<min(start + length, kept.count))
            if try fails(fewer) {
                kept = fewer
                isSmaller = true
            } else {
                start += length
            }
        }
        // Single ones go round until nothing changes any more.
        if length > 1 || !isSmaller { length /= 2 }
    }
    return kept
}
