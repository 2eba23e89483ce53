import HTTP
import Primitives

/// What a relay's `/clock` answers (`lc.clock/1`).
package struct ClockReply: Sendable, Equatable {
    /// In nanoseconds since 1970 on the relay's clock.
    package var receipt: Int64
    package var reply: Int64

    package enum Limits {
        package static let bytes = 4096
        /// Times that are further away are nonsense, and sums of them would not fit.
        static let furthest: Int64 = 1 << 62
    }

    /// Nil where a body says no such thing.
    package init?(parsing body: Span<UInt8>) {
        guard body.count <= Limits.bytes, let json = try? JSON(parsing: body),
            json["schema"]?.stringValue == "lc.clock/1",
            let receipt = json["received_ns"]?.integerValue,
            let reply = json["sent_ns"]?.integerValue,
            (0..<Limits.furthest).contains(receipt), (receipt..<Limits.furthest).contains(reply)
        else { return nil }
        self.receipt = receipt
        self.reply = reply
    }
}
