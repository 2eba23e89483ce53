import Commerce
import Primitives
@testable import Stores
import Testing

/// Who has waited for the right to write comes with an old time. Nobody has set a clock back.
@Suite struct TurnTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)

    @Test func `the hold clock does not run because some calls have waited`() throws {
        let scratch = ScratchStore()
        let store = try scratch.open()
        var ahead: Duration = .zero
        for turn in 0..<100 {
            for late in [0, 50, 0, 999] {
                let now = Self.start + .milliseconds(Int64(turn * 10 + 1000 - late))
                let answers = try store.perform(
                    [ReservationRequest(.expire)], in: .standard, at: now)
                ahead = try answers[0].get().ahead
            }
        }
        #expect(ahead == .zero)
    }

    @Test func `a clock that is set back is made up for`() throws {
        let scratch = ScratchStore()
        let store = try scratch.open()
        for (wall, ahead) in [(0, 0), (-1000, 1000), (-3600_000, 3600_000)] as [(Int64, Int64)] {
            let answers = try store.perform(
                [ReservationRequest(.expire)], in: .standard, at: Self.start + .milliseconds(wall))
            #expect(try answers[0].get().ahead == .milliseconds(ahead))
        }
    }

    @Test func `codes that only look the same do not share their stock in one step`() throws {
        let scratch = ScratchStore()
        let store = try scratch.open()
        let (many, one) = (try SKUCode("caf\u{E9}"), try SKUCode("cafe\u{301}"))
        _ = try store.change(
            .standard, by: ChangeRequest(key: nil, fingerprint: Fingerprint()), at: Self.start
        ) { ledger in
            let catalogue = try ledger.requireCatalogue()
            var patch = ListingPatch()
            patch.title = "Cup"
            patch.price = try Amount("5")
            _ = try ledger.addSKU(many, patch, stock: Stock(onHand: 1000), in: catalogue)
            _ = try ledger.addSKU(one, patch, stock: Stock(onHand: 1), in: catalogue)
            return [:]
        }
        let requests = try [(many, "1", 1), (one, "2", 5)].map { code, id, quantity in
            ReservationRequest(
                .reserve(
                    try ReservationPlan(
                        id: ReservationID("rsv_\(id)"), buyer: BuyerID("ann"), show: nil,
                        lines: [WantedLine(code: code, quantity: Int64(quantity))])))
        }
        let answers = try store.perform(requests, in: .standard, at: Self.start)
        #expect(throws: Never.self) { try answers[0].get() }
        #expect(throws: CommerceError.self) { try answers[1].get() }
    }
}
