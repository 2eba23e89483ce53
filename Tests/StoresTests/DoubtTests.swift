import Commerce
@testable import Stores
import Testing

/// What Redis answers may mean, where it is about money.
@Suite struct DoubtTests {
    private let confirm: ReservationRequest

    init() throws {
        confirm = ReservationRequest(.confirm(try ReservationID("rsv_1")))
    }

    @Test func `what may have run is unknown, whatever a later try comes to`() throws {
        let errors: [StoreError] = [
            .unreachable(server: "s", reason: "OOM"), .refused(server: "s", reason: "NOAUTH"),
            .damaged(path: "s", reason: "ERR"),
        ]
        let place = RedisEndpoint(host: "h", port: 1)
        for error in errors {
            var round = ReservationRound([confirm], in: .standard)
            _ = round.take(
                .failed(.unknown(.closed(place))), at: 0, nil, server: "s")
            round.compact()
            #expect(!round.isDone)
            _ = round.take(.refused(error), at: 0, nil, server: "s")
            round.compact()
            guard case .failure(StoreError.unknown) = try round.finish()[0] else {
                Issue.record("\(error) is told")
                continue
            }
        }
    }

    @Test func `what a rule says counts, also where an earlier try may have run`() throws {
        let refusal = CommerceError.noReservation(try ReservationID("rsv_1"), .standard)
        var round = ReservationRound([confirm], in: .standard)
        let place = RedisEndpoint(host: "h", port: 1)
        _ = round.take(.failed(.unknown(.closed(place))), at: 0, nil, server: "s")
        _ = round.take(.refused(refusal), at: 0, nil, server: "s")
        #expect(throws: CommerceError.self) { try round.finish()[0].get() }
    }

    @Test(arguments: ["unchanged\u{C}0\u{C}\u{C}", "=unchanged\u{C}0\u{C}\u{C}"])
    func `an answer without its reservation is none`(_ text: String) {
        let outcome = ReservationReply.decode(
            .bytes(Array(text.utf8)), of: confirm, in: .standard)
        guard case .refused(StoreError.damaged) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}
