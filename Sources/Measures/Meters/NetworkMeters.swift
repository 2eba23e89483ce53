package import Primitives

/// How unevenly packets of one source arrive (RFC 3550 6.4.1).
package struct JitterMeter: Sendable {
    private let clockRate: Int64
    private var last: (timestamp: UInt32, at: Instant)?
    /// In nanoseconds.
    private var jitter = 0.0
    private var hasSome = false

    package init(clockRate: Int) {
        self.clockRate = Int64(max(clockRate, 1))
    }

    package mutating func receive(timestamp: UInt32, at now: Instant) {
        defer { last = (timestamp, now) }
        guard let last else { return }
        let ticks = Int64(Int32(bitPattern: timestamp &- last.timestamp))
        let sent = Double(ticks) * 1e9 / Double(clockRate)
        let difference = abs(Double((now - last.at).wholeNanoseconds) - sent)
        // A jump of the timestamps is no jitter.
        guard difference < 10e9 else { return }
        jitter += (difference - jitter) / 16
        hasSome = true
    }

    /// Closes a window.
    package mutating func roll(into set: inout MeasureSet) {
        if hasSome { set.add(Int64(nearest: jitter / 1000), to: .jitter) }
        hasSome = false
    }
}

/// How much comes in a second.
package struct RateMeter: Sendable {
    /// A window shorter than this says nothing of rates.
    private static let shortest: Duration = .milliseconds(500)

    private var begun: Instant?
    private var bytes: Int64 = 0

    package init() {}

    package mutating func receive(bytes count: Int, at now: Instant, into set: inout MeasureSet) {
        if begun == nil { begun = now }
        bytes += Int64(count)
        set.count(.bytesReceived, Int64(count))
    }

    /// Closes a window, once anything has come.
    package mutating func roll(now: Instant, into set: inout MeasureSet) {
        guard let start = begun, now - start >= Self.shortest else { return }
        set.add(bytes * 8_000_000 / max(1, (now - start).wholeMicroseconds), to: .bitRate)
        bytes = 0
        begun = now
    }
}
