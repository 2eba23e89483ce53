internal import Glibc

/// Lets threads and processes share one sync of a store's write-ahead log.
///
/// A commit that SQLite does not sync is in the log file, but perhaps not on the disk. Whoever has
/// committed waits for a sync that began after the commit. One sync serves all who committed before
/// it began: while it runs, others commit and wait for the next one.
///
/// Syncs are counted in a small file beside the store. A count that a power cut leaves behind means
/// nothing to anybody, and does no harm.
final class GroupSync {
    private let path: String
    /// Opened with the first sync: who only reads leaves nothing behind.
    private var counts: Int32 = -1

    init(storePath: String) {
        path = storePath
    }

    deinit {
        if counts >= 0 { close(counts) }
    }

    /// Before a change is committed: what fails here leaves nothing done.
    func prepare() throws(StoreError) {
        guard counts < 0 else { return }
        counts = unsafe Glibc.open(path + "-sync", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard counts >= 0 else {
            throw .cannotOpen(
                path: path + "-sync", reason: unsafe String(cString: strerror(errno)))
        }
    }

    /// Returns when all that was committed before the call is on the disk. `syncLog` does it, where
    /// nobody else has. What was committed stays so where this fails: it is unknown what a power
    /// cut would leave of it.
    func sync(_ syncLog: () throws(StoreError) -> Void) throws(StoreError) {
        do throws(StoreError) {
            try prepare()
            try syncOnce(syncLog)
        } catch {
            throw .unknown(server: path, reason: error.reason)
        }
    }

    private func syncOnce(_ syncLog: () throws(StoreError) -> Void) throws(StoreError) {
        let begun = try count(.begun)
        while flock(counts, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure() }
        }
        defer { flock(counts, LOCK_UN) }
        guard try count(.done) <= begun else { return }
        let number = try count(.begun) + 1
        try set(.begun, to: number)
        try syncLog()
        try set(.done, to: number)
    }

    private enum Count: off_t {
        case begun = 0
        case done = 8
    }

    /// Zero in a file that is new.
    private func count(_ count: Count) throws(StoreError) -> Int64 {
        var value: Int64 = 0
        guard unsafe pread(counts, &value, 8, count.rawValue) >= 0 else { throw failure() }
        return value
    }

    private func set(_ count: Count, to value: Int64) throws(StoreError) {
        var value = value
        guard unsafe pwrite(counts, &value, 8, count.rawValue) == 8 else { throw failure() }
    }

    private func failure() -> StoreError {
        errno == ENOSPC
            ? .full(path: path)
            : .failed(
                path: path, code: errno, reason: unsafe String(cString: strerror(errno)))
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
