/// Lets threads and processes share one sync of a store's write-ahead log.
///
/// A commit that SQLite does not sync is in the log file, but perhaps not on the disk. Whoever has
/// committed waits for a sync that began after the commit. One sync serves all who committed before
/// it began: while it runs, others commit and wait for the next one.
struct GroupSync {
    let marks: SharedMarks

    /// Nanoseconds until a waiter looks again, if it is not woken: the one that syncs was killed.
    private static let look: Int64 = 5_000_000
    /// After so long a waiter syncs alone: the one that syncs was stopped.
    private static let patience: Int64 = 1_000_000_000

    /// Returns when all that was committed before the call is on the disk. `syncLog` does it, where
    /// nobody else has. What was committed stays so where this fails: it is unknown what a power
    /// cut would leave of it.
    func sync(_ syncLog: () throws(StoreError) -> Void) throws(StoreError) {
        do throws(StoreError) {
            try syncOnce(syncLog)
        } catch {
            throw .unknown(server: marks.storePath, reason: error.reason)
        }
    }

    private func syncOnce(_ syncLog: () throws(StoreError) -> Void) throws(StoreError) {
        guard marks.open() else { return try syncLog() }
        let begun = marks[.begunSyncs]
        var waited: Int64 = 0
        while waited < Self.patience {
            let heard = marks.rings(of: .syncDone)
            if marks[.doneSyncs] > begun { return }
            if marks.tryToSync() {
                defer {
                    marks.endSync()
                    marks.ring(.syncDone, for: .max)
                }
                guard marks[.doneSyncs] <= begun else { return }
                let number = marks[.begunSyncs] + 1
                marks[.begunSyncs] = number
                try syncLog()
                marks[.doneSyncs] = number
                return
            }
            waited += marks.wait(for: .syncDone, heard: heard, limit: Self.look)
        }
        try syncLog()
    }
}

extension StoreError {
    fileprivate var reason: String {
        switch self {
        case .full: "no space left"
        case .failed(_, _, let reason), .cannotOpen(_, let reason): reason
        default: "the log could not be brought to the disk"
        }
    }
}
