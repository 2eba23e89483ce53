package import Primitives

/// What is known of all that a peer sends, by its own counts and by the other side's reports.
package struct SendingFigures: Sendable, Equatable {
    /// Of media, repairs not among them.
    package var packets: Int64 = 0
    package var payloadBytes: Int64 = 0
    package var retransmits = 0
    /// The worst that the last report of any source told, 0 to 1; nil before the first one.
    package var lostFraction: Double?
    package var roundTrip: Duration?
    package var jitter: Duration?
    package var targetBitsPerSecond = 0.0
    /// Waits for its turn to leave.
    package var queuedBytes = 0
    /// When the other side last reported.
    package var lastReport: Instant?

    package init() {}
}

extension Peer {
    package func sendingFigures(now: Instant) -> SendingFigures {
        var figures = SendingFigures()
        figures.retransmits = counters.retransmitted
        figures.targetBitsPerSecond = control.targetBitsPerSecond(now: now)
        figures.queuedBytes = pacer.queuedBytes
        figures.roundTrip = ice.selectedRoundTrip
        for place in transmissions.indices {
            figures.packets += transmissions[place].statistics.packets
            figures.payloadBytes += transmissions[place].statistics.octets
            if let measured = transmissions[place].roundTrip { figures.roundTrip = measured }
            guard let report = transmissions[place].lastReport else { continue }
            let lost = Double(report.fractionLost) / 256
            figures.lostFraction = max(figures.lostFraction ?? 0, lost)
            let rate = Double(transmissions[place].format.codec.clockRate)
            let jitter = Duration.nanoseconds(Int64(Double(report.jitter) * 1e9 / rate))
            figures.jitter = max(figures.jitter ?? .zero, jitter)
            if let at = transmissions[place].lastReportAt {
                figures.lastReport = max(figures.lastReport ?? at, at)
            }
        }
        return figures
    }
}
