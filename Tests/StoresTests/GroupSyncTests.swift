import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Stores

struct GroupSyncTests {
    private let scratch = ScratchStore()

    private func marks() throws -> SharedMarks {
        _ = try scratch.open()
        return SharedMarks(storePath: scratch.path)
    }

    @Test func `a sync that nobody else does is done`() throws {
        let group = GroupSync(marks: try marks())
        var count = 0
        for _ in 0..<3 { try group.sync { count += 1 } }
        #expect(count == 3)
    }

    /// What happened, by a clock that only counts.
    private struct History {
        var time = 0
        var syncs: [Range<Int>] = []
        var calls: [Range<Int>] = []
        var errors = 0

        mutating func tick() -> Int {
            time += 1
            return time
        }
    }

    @Test func `each call sees a sync begin and end, and calls share them`() throws {
        let history = Mutex(History())
        _ = try scratch.open()
        let path = scratch.path
        let (threads, rounds) = (8, 30)
        for _ in 0..<threads {
            try TestThread {
                let group = GroupSync(marks: SharedMarks(storePath: path))
                for _ in 0..<rounds {
                    let called = history.withLock { $0.tick() }
                    do {
                        try group.sync {
                            let begun = history.withLock { $0.tick() }
                            for _ in 0..<200 { sched_yield() }
                            history.withLock { $0.syncs.append(begun..<$0.tick()) }
                        }
                    } catch {
                        history.withLock { $0.errors += 1 }
                    }
                    history.withLock { $0.calls.append(called..<$0.tick()) }
                }
            }.start()
        }
        try eventually("all calls are answered") {
            history.withLock { $0.calls.count == threads * rounds }
        }
        let seen = history.withLock { $0 }
        #expect(seen.errors == 0)
        #expect(seen.syncs.count < seen.calls.count)
        for call in seen.calls {
            #expect(
                seen.syncs.contains {
                    call.lowerBound < $0.lowerBound && $0.upperBound < call.upperBound
                })
        }
    }

    @Test func `who holds the right to sync and does nothing is not waited for for ever`() throws {
        let (first, second) = (try marks(), try marks())
        #expect(first.open() && second.open() && second.tryToSync())
        var count = 0
        try GroupSync(marks: first).sync { count += 1 }
        #expect(count == 1)
        second.endSync()
    }

    @Test func `a failed sync is not counted as done`() throws {
        let marks = try marks()
        let group = GroupSync(marks: marks)
        let unknown = StoreError.unknown(server: marks.storePath, reason: "no space left")
        #expect(throws: unknown) {
            try group.sync { () throws(StoreError) in throw .full(path: "disk") }
        }
        #expect(marks[.begunSyncs] == marks[.doneSyncs] + 1)
        var count = 0
        try group.sync { count += 1 }
        #expect(count == 1)
    }

    @Test func `without a file of marks everybody syncs alone`() throws {
        let group = GroupSync(marks: SharedMarks(storePath: "/no/such/folder/store.db"))
        var count = 0
        try group.sync { count += 1 }
        #expect(count == 1)
    }

    @Test func `a bell that has rung since it was heard is not waited for`() throws {
        let marks = try marks()
        #expect(marks.open())
        let heard = marks.rings(of: .turnOver)
        marks.ring(.turnOver, for: 1)
        #expect(marks.wait(for: .turnOver, heard: heard, limit: 60_000_000_000) < 30_000_000_000)
        #expect(marks.rings(of: .turnOver) == heard + 1)
    }
}
