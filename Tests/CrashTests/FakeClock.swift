import Glibc
import TestSupport

/// A wall clock that a test sets while programs go by it: libfaketime and the file that it reads.
final class FakeClock {
    private static let libraries = ["x86_64", "aarch64"].map {
        "/usr/lib/\($0)-linux-gnu/faketime/libfaketime.so.1"
    }

    static var isThere: Bool { Machine.isCI || libraries.contains(where: Files.exists) }

    private let folder = ScratchFolder()

    init() throws { try set(bySeconds: 0) }

    /// For programs that are to go by it. Clocks that measure time only are left as they are.
    var environment: [String: String] {
        [
            // Memory is glibc's: jemalloc, which redis-server has, asks for the time too early.
            "LD_PRELOAD": (Self.libraries.first(where: Files.exists) ?? "") + ":libc.so.6",
            "FAKETIME_TIMESTAMP_FILE": folder.path("clock"), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
    }

    /// By how much it is ahead of the real one. Nobody ever reads half of it.
    func set(bySeconds seconds: Int) throws {
        let new = folder.write("\(seconds < 0 ? "" : "+")\(seconds)\n", to: "new")
        guard unsafe rename(new, folder.path("clock")) == 0 else {
            throw ProcessFailure(words: "cannot set a clock")
        }
    }
}
