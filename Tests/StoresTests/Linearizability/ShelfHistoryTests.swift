import Commerce
import Primitives
import Testing

/// The checker itself: it must tell histories that can be from those that cannot.
@Suite struct ShelfHistoryTests {
    private typealias Entry = (
        from: Int64, to: Int64, verb: ShelfCall.Verb, answer: ShelfCall.Answer?
    )

    private func verdict(_ onHand: Int64, _ entries: [Entry]) -> ShelfHistory.Verdict {
        var history = ShelfHistory(onHand: onHand)
        for entry in entries {
            history.add(ShelfCall(entry.verb, entry.answer), from: entry.from, to: entry.to)
        }
        return history.verdict()
    }

    private func isImpossible(_ onHand: Int64, _ entries: [Entry]) -> Bool {
        if case .impossible = verdict(onHand, entries) { true } else { false }
    }

    private static let done = ShelfCall.Answer.done(until: 100)
    private static let end = ShelfCall.Answer.done(until: nil)

    private static let possible: [(String, Int64, [Entry])] = [
        ("nothing", 1, []),
        (
            "one after the other", 2,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .confirm(1), end),
                (5, 6, .reserve(2, 1), done),
                (7, 8, .release(2), end), (9, 10, .reserve(3, 1), done),
                (11, 12, .reserve(4, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "beside each other, one too many", 1,
            [
                (1, 9, .reserve(1, 1), .soldOut(left: 0)), (2, 8, .reserve(2, 1), done),
            ]
        ),
        (
            "sold out, seen between a hold and its release", 1,
            [
                (1, 4, .reserve(1, 1), done), (3, 9, .release(1), end),
                (2, 8, .reserve(2, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "three that see each other's units in one order only", 3,
            [
                (1, 9, .reserve(1, 1), done), (1, 9, .reserve(2, 3), .soldOut(left: 2)),
                (1, 9, .reserve(3, 1), done), (1, 9, .reserve(4, 2), .soldOut(left: 1)),
            ]
        ),
        (
            "a lost answer that was done", 1,
            [
                (1, 3, .reserve(1, 1), nil), (4, 5, .reserve(2, 1), .soldOut(left: 0)),
                (6, 7, .reserve(1, 1), .still(.open, until: 100)), (8, 9, .confirm(1), end),
            ]
        ),
        (
            "a lost answer that was not done", 1,
            [
                (1, 3, .reserve(1, 1), nil), (4, 5, .reserve(2, 1), done),
            ]
        ),
        (
            "a lost answer that is done late", 1,
            [
                (1, 9, .reserve(1, 1), nil), (2, 3, .reserve(2, 1), done), (4, 5, .release(2), end),
                (6, 7, .reserve(3, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "a lost release", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .release(1), nil),
                (5, 6, .reserve(2, 1), done),
            ]
        ),
        (
            "expired in time", 1,
            [
                (1, 2, .reserve(1, 1), done), (100, 100, .expire(1, until: 100), nil),
                (101, 102, .reserve(2, 1), done),
            ]
        ),
        (
            "beside the deadline both can be", 1,
            [
                (1, 2, .reserve(1, 1), done), (100, 100, .expire(1, until: 100), nil),
                (99, 101, .reserve(2, 1), .soldOut(left: 0)), (99, 101, .reserve(3, 1), done),
            ]
        ),
        (
            "extended before the end", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .extend(1), .done(until: 200)),
                (100, 100, .expire(1, until: 100), nil),
                (101, 102, .reserve(2, 1), .soldOut(left: 0)),
                (200, 200, .expire(1, until: 200), nil), (201, 202, .reserve(2, 1), done),
            ]
        ),
        (
            "paid late where there is stock, and not where there is none", 1,
            [
                (1, 2, .reserve(1, 1), done), (100, 100, .expire(1, until: 100), nil),
                (101, 102, .reserve(2, 1), done), (103, 104, .confirm(1), .tooLate(left: 0)),
                (105, 106, .release(2), end), (107, 108, .confirm(1), end),
            ]
        ),
        (
            "counted", 3,
            [
                (1, 2, .reserve(1, 2), done), (3, 4, .count(1), .belowPromised(2)),
                (5, 6, .count(2), end), (7, 8, .reserve(2, 1), .soldOut(left: 0)),
                (9, 10, .count(5), end), (11, 12, .reserve(2, 3), done),
            ]
        ),
        (
            "a count that had to come after what ended later", 2,
            [
                (1, 9, .reserve(1, 2), done), (2, 8, .count(2), .still(.open, until: nil)),
                (3, 7, .count(1), .belowPromised(2)),
            ]
        ),
    ]

    private static let impossible: [(String, Int64, [Entry])] = [
        ("a double sale", 1, [(1, 9, .reserve(1, 1), done), (2, 8, .reserve(2, 1), done)]),
        (
            "a double sale, one after a confirmation", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .confirm(1), end),
                (5, 6, .reserve(2, 1), done),
            ]
        ),
        (
            "a release that is lost", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .release(1), end),
                (5, 6, .reserve(2, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "a release that counts twice", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .release(1), end), (5, 6, .release(1), end),
            ]
        ),
        (
            "an old number of what is left", 3,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .reserve(2, 1), done),
                (5, 6, .reserve(3, 3), .soldOut(left: 2)),
            ]
        ),
        (
            "numbers of what is left in an order that cannot be", 3,
            [
                (1, 9, .reserve(1, 1), done), (1, 9, .reserve(2, 1), done),
                (2, 3, .reserve(3, 3), .soldOut(left: 1)),
                (4, 5, .reserve(4, 3), .soldOut(left: 2)),
            ]
        ),
        ("sold out where there is enough", 2, [(1, 2, .reserve(1, 2), .soldOut(left: 2))]),
        (
            "given away before the deadline", 1,
            [
                (1, 2, .reserve(1, 1), done), (50, 51, .reserve(2, 1), done),
                (100, 100, .expire(1, until: 100), nil),
            ]
        ),
        (
            "kept after the deadline", 1,
            [
                (1, 2, .reserve(1, 1), done), (100, 100, .expire(1, until: 100), nil),
                (101, 102, .reserve(2, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "expired although it was extended", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .extend(1), .done(until: 200)),
                (100, 100, .expire(1, until: 100), nil), (101, 102, .reserve(2, 1), done),
            ]
        ),
        (
            "told confirmed, and then too late", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .confirm(1), end),
                (5, 6, .confirm(1), .tooLate(left: 0)),
            ]
        ),
        (
            "too late although there are units", 1,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .release(1), end),
                (5, 6, .confirm(1), .tooLate(left: 1)),
            ]
        ),
        (
            "a lost answer cannot be done and not done", 1,
            [
                (1, 3, .reserve(1, 1), nil), (4, 5, .reserve(2, 1), .soldOut(left: 0)),
                (6, 7, .reserve(1, 1), done),
            ]
        ),
        (
            "a lost answer is not done after its time", 1,
            [
                (1, 3, .reserve(1, 1), nil), (4, 5, .reserve(2, 1), done), (6, 7, .release(2), end),
                (8, 9, .reserve(3, 1), .soldOut(left: 0)),
            ]
        ),
        (
            "a reservation that is forgotten", 2,
            [
                (1, 2, .reserve(1, 1), done), (3, 4, .confirm(1), .absent),
            ]
        ),
        (
            "a count below what is promised", 2,
            [
                (1, 2, .reserve(1, 2), done), (3, 4, .count(1), end),
            ]
        ),
    ]

    @Test func `histories that can be are told from those that cannot`() {
        for (name, onHand, entries) in Self.possible {
            #expect(verdict(onHand, entries) == .linearizable, "\(name)")
        }
        for (name, onHand, entries) in Self.impossible {
            #expect(isImpossible(onHand, entries), "\(name)")
        }
    }

    @Test func `told stock is part of an answer`() {
        var history = ShelfHistory(onHand: 5)
        let level = { (held: Int64) in Shelf.Level(onHand: 5, held: held, confirmed: 0) }
        history.add(ShelfCall(.reserve(1, 2), Self.done, level: level(3)), from: 1, to: 9)
        history.add(ShelfCall(.reserve(2, 1), Self.done, level: level(1)), from: 1, to: 9)
        #expect(history.verdict() == .linearizable)
        history.add(ShelfCall(.reserve(3, 1), Self.done, level: level(3)), from: 10, to: 11)
        guard case .impossible(at: 2, _) = history.verdict() else {
            Issue.record("an old stock was believed")
            return
        }
    }

    @Test func `too much at once is not decided, and takes no for ever`() {
        var history = ShelfHistory(onHand: 1_000_000)
        for id in 0..<40 {
            history.add(ShelfCall(.reserve(id, 1 << Int64(id % 19)), nil), from: 1, to: 100)
        }
        history.add(ShelfCall(.reserve(99, 2_000_000), .soldOut(left: 7)), from: 2, to: 3)
        guard case .undecided = history.verdict() else {
            Issue.record("it was decided")
            return
        }
    }
}
