import Glibc
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

    @Test func `a sync that began after the commit serves whoever waits`() throws {
        let (first, second) = (try marks(), try marks())
        #expect(first.open() && second.open())
        // Another one is at it, and began after we had committed.
        #expect(second.tryToSync())
        second[.begunSyncs] += 1
        second[.doneSyncs] = second[.begunSyncs]
        var count = 0
        try GroupSync(marks: first).sync {
            count += 1
            second.endSync()
        }
        // The count of those done was not past what had begun before the call: one of our own.
        #expect(count == 1)
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
        #expect(throws: StoreError.full(path: "disk")) {
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
