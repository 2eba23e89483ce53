import Probing
import WebRTC

/// What comes back from a server of time: NTP's packets, and the document of `/clock`.
package func fuzzNTP(_ bytes: [UInt8]) {
    // The mark is taken from where an answer repeats it, so that more than the check is looked at.
    let mark = bytes.dropFirst(24).prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    if let reply = try? NTPReply(parsing: bytes.span, mark: mark) {
        precondition(reply.error >= .zero, "less than no error")
        precondition(reply.reply.nanoseconds(since: reply.receipt) >= 0, "answered beforehand")
        precondition(
            (try? NTPReply(parsing: bytes.span, mark: ~mark)) == nil, "an answer to nothing")
    }
    if let reply = ClockReply(parsing: bytes.span) {
        precondition(reply.receipt >= 0 && reply.reply >= reply.receipt, "answered beforehand")
    }
}
