internal import CFFmpeg
internal import Glibc

/// The last lines that FFmpeg's libraries have logged, for errors to quote.
@safe
package final class LibraryLog: @unchecked Sendable {  // the mutex guards the lines
    package enum Limits {
        package static let lines = 64
        /// How many of them an error quotes.
        package static let quoted = 5
    }

    /// A moment: lines after it belong to what began then.
    package struct Mark: Sendable {
        fileprivate let count: Int
    }

    /// The first use of it takes the log from standard error.
    package static let shared = LibraryLog()

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var lines: [String] = []
    private var count = 0

    private init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe lc_log_to { _, line in
            guard let line = unsafe line else { return }
            unsafe LibraryLog.shared.append(String(cString: line))
        }
    }

    package var mark: Mark {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return Mark(count: count)
    }

    /// The last lines since then, at most as many as an error quotes.
    package func lines(since mark: Mark) -> [String] {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return lines.suffix(min(count - mark.count, Limits.quoted))
    }

    /// Of each URL only scheme, host and port: names, passwords and stream keys are in the rest.
    static func withoutSecrets(_ line: String) -> String {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard let colon = word.indices.first(where: { word[$0...].hasPrefix("://") }) else {
                return String(word)
            }
            let rest = word[colon...].dropFirst(3)
            let authority = rest.prefix { !"/?#'\"".contains($0) }
            let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            let hasMore = authority.endIndex < rest.endIndex
            return word[..<rest.startIndex] + host + (hasMore ? "/…" : "")
        }
        return words.joined(separator: " ")
    }

    private func append(_ line: String) {
        var line = line
        while line.last?.isWhitespace == true { line.removeLast() }
        // "[mov,mp4 @ 0x55d0]": the address says nothing to anybody.
        if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
            line = String(line[line.index(after: end)...].drop { $0 == " " })
        }
        line = Self.withoutSecrets(line)
        guard !line.isEmpty else { return }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard lines.last != line else { return }
        if lines.count >= Limits.lines { lines.removeFirst() }
        lines.append(line)
        count += 1
    }
}
