/// Times of a show in words.
enum TimeWords {
    /// `00:01:02.345`, and `-` before what lies before the beginning.
    static func clock(microseconds: Int64) -> String {
        let milliseconds = Int64((microseconds.magnitude + 500) / 1000)
        let seconds = milliseconds / 1000
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { part in
            part < 10 ? "0\(part)" : "\(part)"
        }
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return "\(microseconds < 0 ? "-" : "")\(parts.joined(separator: ":")).\(fraction)"
    }

    /// `62.3 s`
    static func seconds(microseconds: Int64) -> String {
        let tenths = (microseconds.magnitude + 50_000) / 100_000
        return "\(microseconds < 0 ? "-" : "")\(tenths / 10).\(tenths % 10) s"
    }
}

extension TimeWords {
    /// `12.5`, `02:03.25` or `1:02:03.250`; nil for anything else.
    static func microseconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last else { return nil }
        let seconds = last.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(seconds.count) else { return nil }
        var total: Int64 = 0
        for part in parts.dropLast() + [seconds[0]] {
            guard (1...6).contains(part.utf8.count),
                part.utf8.allSatisfy({ (48...57).contains($0) }),
                let value = Int64(part)
            else { return nil }
            total = total * 60 + value
        }
        guard seconds.count == 2 else { return total * 1_000_000 }
        guard (1...6).contains(seconds[1].utf8.count),
            seconds[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let fraction = Int64(seconds[1] + String(repeating: "0", count: 6 - seconds[1].count))
        else { return nil }
        return total * 1_000_000 + fraction
    }
}
