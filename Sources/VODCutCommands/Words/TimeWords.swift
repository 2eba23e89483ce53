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
