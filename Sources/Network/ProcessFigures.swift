internal import CShims
internal import Glibc

/// What this process and the calling thread have used of the machine so far.
package struct ProcessFigures: Sendable, Equatable {
    /// Time on a processor, of all threads.
    package let processTime: Duration
    /// Of the thread that asked.
    package let threadTime: Duration
    package let residentBytes: Int64?
    /// Processors that the process may run on.
    package let processors: Int

    private static let path = "/proc/self/statm"

    package init(
        processTime: Duration, threadTime: Duration, residentBytes: Int64?, processors: Int
    ) {
        self.processTime = processTime
        self.threadTime = threadTime
        self.residentBytes = residentBytes
        self.processors = processors
    }

    /// As things stand now.
    package static func current() -> ProcessFigures {
        ProcessFigures(
            processTime: .nanoseconds(lc_process_nanoseconds()),
            threadTime: .nanoseconds(lc_thread_nanoseconds()), residentBytes: resident(),
            processors: max(1, Int(lc_usable_processors())))
    }

    /// The second number of the file, in pages.
    private static func resident() -> Int64? {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(number)
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe read(descriptor.number, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = bytes[..<count].split(separator: UInt8(ascii: " "))
        guard words.count > 1, let pages = Int64(String(decoding: words[1], as: UTF8.self)) else {
            return nil
        }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
