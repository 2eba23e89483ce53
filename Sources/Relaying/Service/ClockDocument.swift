import HTTP
import Network
import Primitives

/// The host's clocks as JSON (`lc.clock/1`), for who compares them with others: when the question
/// came, and when the answer left.
enum ClockDocument {
    /// `received` is on the clock that `sent` has, too.
    static func json(received: Instant, sent: HostTime) -> JSON {
        let waited = max(0, (sent.instant - received).wholeNanoseconds)
        var document = JSONObject()
        document["schema"] = "lc.clock/1"
        document["received_ns"] = .integer(sent.nanosecondsSince1970 - waited)
        document["sent_ns"] = .integer(sent.nanosecondsSince1970)
        document["received_monotonic_ns"] = .integer(sent.instant.nanoseconds - waited)
        document["sent_monotonic_ns"] = .integer(sent.instant.nanoseconds)
        return .object(document)
    }
}

extension RelayFront {
    /// Says nothing but the time, so it needs no token.
    var clockAnswer: HTTPResponse {
        let json = ClockDocument.json(received: server?.lastRead ?? loop.now, sent: clock())
        return HTTPResponse(
            status: 200,
            fields: HTTPFields([
                ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
            ]), body: Array((json.text + "\n").utf8))
    }
}
