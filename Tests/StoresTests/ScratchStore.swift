import Glibc
import Primitives
import Stores

/// A store in a folder of its own, gone with the test.
final class ScratchStore {
    let path: String

    init() {
        var random = SystemRandomNumberGenerator()
        let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        path = "\(folder)/lc-store-\(String(random.next(), radix: 36))/store.db"
    }

    func open() throws -> SQLiteStore {
        try SQLiteStore(
            creatingAt: path, at: WallClock(millisecondsSince1970: 1_795_233_600_000),
            options: .init(patience: .seconds(30), isInterrupted: { false }))
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-sync"] { unsafe unlink(path + suffix) }
        unsafe rmdir(String(path.dropLast("/store.db".count)))
    }
}
