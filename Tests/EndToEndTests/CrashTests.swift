import Glibc
import Primitives
import TestSupport
import Testing

/// `lcctl` is killed at any instant, hundreds of times, while several of it work on one store.
/// What was answered is there; log and tables agree; sequences have no gaps.
@Suite struct CrashTests {
    private let bench = Bench()

    /// How many processes are killed. Each round kills two that work beside two that live.
    private static let kills = 300

    @Test func `the store survives kill -9 at any instant`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        try bench.lcctl("show", "create", "--id", "shw_1", "--title", "S")
        try bench.lcctl("rail", "add", "shw_1", "A")
        let rows = (0..<400).map { "ROW-\($0),Title,1\n" }.joined()
        bench.folder.write("sku,title,price\n" + rows, to: "rows.csv")

        var random = SeededRandom(seed: 2026)
        var answered = 0
        var killed = 0
        var number = 0
        while killed < Self.kills {
            let victims = try (0..<2).map { _ in
                number += 1
                return try bench.start(verb(number, &random))
            }
            number += 1
            let survivor = try bench.start(adjust(number))
            for victim in victims {
                // From before main to after the commit: a whole run takes some milliseconds.
                usleep(UInt32.random(in: 0...6000, using: &random))
                victim.signal(SIGKILL)
                let run = try victim.finish()
                killed += run.ending == .killed(signal: SIGKILL) ? 1 : 0
                answered += run.output.contains("on hand") ? 1 : 0
            }
            let run = try survivor.finish()
            #expect(run.status == 0, "\(run.talk)")
            answered += 1
        }

        let check = try bench.lcctl("store", "check")
        #expect(check.status == 0, "\(check.output)\(check.talk)")
        try expectStock(atLeast: answered, atMost: number)
        try expectRowsAllOrNone()
        #expect(try bench.shell("sqlite3 store.db 'PRAGMA integrity_check'").output == "ok\n")
    }

    private func verb(_ number: Int, _ random: inout SeededRandom) -> [String] {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: ["sku", "import", "rows.csv"]
        case 1: ["pin", "A", "--show", "shw_1"]
        case 2: ["show", "create", "--title", "Show \(number)"]
        default: adjust(number)
        }
    }

    /// One unit more, under a key of its own.
    private func adjust(_ number: Int) -> [String] {
        ["sku", "stock", "adjust", "A", "1", "--idempotency-key", "k\(number)"]
    }

    /// Every adjustment that was answered is counted; one that was killed may be, once.
    private func expectStock(atLeast answered: Int, atMost tried: Int) throws {
        let sku = try JSON(parsing: bench.lcctl("sku", "get", "A", "-o", "json").output)
        let onHand = try #require(sku["on_hand"]?.integerValue)
        #expect(Int(onHand) >= answered)
        #expect(Int(onHand) <= tried)
        let kept = try bench.shell("sqlite3 store.db 'SELECT count(*) FROM answer'").output
        #expect(kept == "\(onHand)\n")
    }

    /// An import is one transaction: it is there as a whole, or not at all.
    private func expectRowsAllOrNone() throws {
        let names = try bench.lcctl("sku", "list", "-o", "name").output
        let count = names.split(separator: "\n").filter { $0.hasPrefix("ROW-") }.count
        #expect(count == 0 || count == 400)
    }
}
