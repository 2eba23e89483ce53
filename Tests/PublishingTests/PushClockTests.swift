import Primitives
import Testing

@testable import Publishing

@Suite struct `When frames leave` {
    private func instant(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    @Test func `frames of a file leave at their times, however early they come`() {
        var clock = DueClock(.byMediaTime)
        #expect(clock.due(0, arrival: instant(0)) == instant(0))
        #expect(clock.due(40_000_000, arrival: instant(1)) == instant(40))
        #expect(clock.due(80_000_000, arrival: instant(2)) == instant(80))
        #expect(clock.captured(80_000_000) == instant(80))
        #expect(clock.media(at: instant(60)) == 60_000_000)
    }

    @Test func `a file that did not come holds up the show, once, and does not burst`() {
        var clock = DueClock(.byMediaTime)
        _ = clock.due(0, arrival: instant(0))
        #expect(clock.due(40_000_000, arrival: instant(1040)) == instant(1040))
        #expect(clock.due(80_000_000, arrival: instant(1040)) == instant(1080))
        #expect(clock.stalled == .seconds(1))
    }

    @Test func `a little late is caught up with`() {
        var clock = DueClock(.byMediaTime)
        _ = clock.due(0, arrival: instant(0))
        #expect(clock.due(40_000_000, arrival: instant(90)) == instant(40))
        #expect(clock.stalled == .zero)
    }

    @Test func `what is live leaves as it comes`() {
        var clock = DueClock(.asItComes)
        for number: Int64 in 0..<100 {
            let jitter = number * 7 % 5
            let due = clock.due(number * 40_000_000, arrival: instant(number * 40 + jitter))
            #expect(due == instant(number * 40 + jitter))
        }
    }

    @Test func `a heap of live frames leaves at twice its speed`() {
        var clock = DueClock(.asItComes)
        let dues = (0..<20).map { clock.due(Int64($0) * 40_000_000, arrival: instant(500)) }
        #expect(dues == (0..<20).map { instant(500 + Int64($0) * 20) })
    }

    @Test func `the quickest frame tells when live frames were captured`() throws {
        var clock = DueClock(.asItComes)
        _ = clock.due(0, arrival: instant(300))
        _ = clock.due(40_000_000, arrival: instant(140))
        #expect(clock.captured(40_000_000) == instant(140))
        _ = clock.due(80_000_000, arrival: instant(600))
        let captured = try #require(clock.captured(80_000_000))
        #expect((captured - instant(180)).wholeMilliseconds == 0)
    }
}

@Suite struct `Shares of layers` {
    @Test func `enough is enough for all`() {
        let shares = LayerShares.divide(
            9e6, among: [2e6, 1e6, 2e5], wereOn: [true, true, true])
        #expect(shares == [2e6, 1e6, 2e5])
    }

    @Test func `the largest layer gives way first, and the smallest never`() {
        let maxima = [2e6, 1e6, 2e5]
        let table: [(total: Double, on: [Bool])] = [
            (3e6, [true, true, true]), (1.3e6, [true, true, true]),
            (1.2e6, [false, true, true]), (5e5, [false, true, true]),
            (4e5, [false, false, true]), (0, [false, false, true]), (-1, [false, false, true]),
        ]
        for row in table {
            let shares = LayerShares.divide(
                row.total, among: maxima, wereOn: [true, true, true])
            #expect(shares.map { $0 != nil } == row.on, "\(row.total)")
            let sum = shares.compactMap(\.self).reduce(0, +)
            #expect(sum <= max(row.total, 2e5 * LayerShares.floor) + 1, "\(row.total)")
        }
    }

    @Test func `a layer that is alone gives way, but not to nothing`() {
        let table: [(total: Double, share: Double)] = [
            (3e6, 2e6), (1e6, 1e6), (5e5, 5e5), (1e5, 2e5), (0, 2e5),
        ]
        for row in table {
            #expect(LayerShares.divide(row.total, among: [2e6], wereOn: [true]) == [row.share])
        }
    }

    @Test func `who was left out comes back when there is some more than his least`() {
        let least = 8e5 + 8e4
        func on(_ total: Double, _ wasOn: Bool) -> Bool {
            LayerShares.divide(total, among: [2e6, 2e5], wereOn: [wasOn, true])[0] != nil
        }
        #expect(on(least, true))
        #expect(!on(least, false))
        #expect(on(least * 1.2, false))
    }
}

@Suite struct `Lists of inputs` {
    @Test func `entries are found from the folder of their list`() throws {
        let text =
            "\u{FEFF}#EXTM3U\r\n#EXTINF:1,x\r\n a b.mp4 \n\n/c.mp4\nhttps://x/y.mp4\nd/e.mp4\n"
        #expect(
            try PlaylistFile.entries(text, at: "lists/show.m3u") == [
                "lists/a b.mp4", "/c.mp4", "https://x/y.mp4", "lists/d/e.mp4",
            ])
        #expect(try PlaylistFile.entries("a.mp4", at: "show.m3u") == ["a.mp4"])
    }

    @Test func `a list without entries is a problem`() {
        #expect(throws: PlaylistFile.Problem.empty) {
            try PlaylistFile.entries("# nothing\n\n", at: "x.m3u")
        }
        let many = String(repeating: "a\n", count: PlaylistFile.Limits.entries + 1)
        #expect(throws: PlaylistFile.Problem.tooMany(limit: 10_000)) {
            try PlaylistFile.entries(many, at: "x.m3u")
        }
    }

    @Test func `only M3U are lists`() {
        #expect(PlaylistFile.isOne("Show.M3U"))
        #expect(!PlaylistFile.isOne("https://x/live.m3u8"))
        #expect(!PlaylistFile.isOne("show.mp4"))
    }
}
