import Primitives

/// A form in which a timeline is written and read.
package enum TimelineFormat: String, Sendable, CaseIterable {
    /// The timeline itself: JSON Lines.
    case jsonl
    /// OpenTimelineIO's JSON.
    case otio
    /// WebVTT, a cue of metadata for each event.
    case vtt
    /// FFmpeg's metadata: chapters only.
    case ffmetadata
    case csv

    /// What a file is, by how it begins.
    package init(of bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0)
            .drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        if text.starts(with: "WEBVTT".utf8) {
            self = .vtt
        } else if text.starts(with: ";FFMETADATA".utf8) {
            self = .ffmetadata
        } else if text.first == UInt8(ascii: "{") {
            let rest = text.dropFirst().drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
            self = rest.starts(with: "\"OTIO_SCHEMA\"".utf8) ? .otio : .jsonl
        } else {
            // A header has no digits first; an empty file is no table.
            self = text.isEmpty ? .jsonl : .csv
        }
    }
}

extension Timeline {
    /// Reads a file of a form, or of the one that it begins as.
    package init(_ bytes: [UInt8], as format: TimelineFormat? = nil) throws(TimelineProblem) {
        guard !bytes.isEmpty else { throw .empty }
        switch format ?? TimelineFormat(of: bytes) {
        case .jsonl: try self.init(lines: bytes)
        case .otio: try self.init(otio: bytes)
        case .vtt: try self.init(WebVTTText(bytes))
        case .ffmetadata: try self.init(ffmetadata: bytes)
        case .csv: try self.init(csv: bytes)
        }
    }

    /// Written in a form: the same timeline gives the same bytes.
    package func bytes(as format: TimelineFormat) throws(TimelineProblem) -> [UInt8] {
        switch format {
        case .jsonl: lines
        case .otio: Array((try otio().indentedText + "\n").utf8)
        case .vtt: try webVTT().bytes
        case .ffmetadata: try ffmetadata()
        case .csv: csv()
        }
    }
}
