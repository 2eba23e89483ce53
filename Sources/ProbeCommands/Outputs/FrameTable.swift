import CommandLineKit
import Measures
import Primitives
import Probing

/// Frames as CSV, a row each.
enum FrameTable {
    static let header = DelimitedText.csv([
        "medium", "arrived_s", "bytes", "is_keyframe", "rtp_timestamp", "stamp_number",
        "latency_ms", "latency_method", "buffered_ms", "decoded_ms", "gap_ms",
    ])

    static func line(_ row: FrameRow) -> String {
        DelimitedText.csv([
            row.medium.rawValue, Figures.fixed(Double(row.arrived.wholeMicroseconds) / 1e6, 6),
            String(row.bytes), row.isKeyframe ? "1" : "0", String(row.rtpTimestamp),
            row.number.map { String($0) } ?? "", milliseconds(row.latency),
            row.latencyMeasure?.methodName ?? "", milliseconds(row.buffered),
            milliseconds(row.decoded), milliseconds(row.gap),
        ])
    }

    /// Empty where it was not measured.
    private static func milliseconds(_ duration: Duration?) -> String {
        duration.map { Figures.fixed(Double($0.wholeMicroseconds) / 1000, 3) } ?? ""
    }
}
