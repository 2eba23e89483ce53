import Commerce
import Primitives
import Testing

/// Names are told apart by their bytes, as stores do: an accent may be written in two ways.
@Suite struct SameBytesTests {
    @Test func `codes that only look the same are two SKUs`() throws {
        let one = try SKUCode("caf\u{E9}")
        let two = try SKUCode("cafe\u{301}")
        #expect(one != two)
        #expect(try one == SKUCode("caf\u{E9}"))
        #expect(Set([one, two]).count == 2)
        let plan = try ReservationPlan(
            id: ReservationID("rsv_1"), buyer: BuyerID("ann"), show: nil,
            lines: [WantedLine(code: one, quantity: 1), WantedLine(code: two, quantity: 1)])
        #expect(plan.lines.count == 2)
    }

    @Test func `buyers that only look the same are two buyers`() throws {
        #expect(try BuyerID("Zo\u{EB}") != BuyerID("Zoe\u{308}"))
        #expect(try BuyerID("Zo\u{EB}") == BuyerID("Zo\u{EB}"))
    }
}
