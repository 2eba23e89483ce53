import Commerce
import Primitives

/// A cut list as a JSON array, as JSON Lines, or as the clips of an OpenTimelineIO document.
enum CutListJSON {
    static func read(_ bytes: [UInt8]) throws(ClipProblem) -> [ClipLine] {
        let whole: JSON
        do throws(JSONProblem) {
            whole = try JSON(parsing: bytes.span)
        } catch {
            return try lines(bytes)
        }
        if whole["OTIO_SCHEMA"] != nil {
            var clips: [ClipLine] = []
            try collect(whole, into: &clips)
            return clips
        }
        let values = whole.arrayValue ?? [whole]
        // Of an array the place counts, from 1, as the line does elsewhere.
        var clips: [ClipLine] = []
        for (index, value) in values.enumerated() { clips.append(try line(value, index + 1)) }
        return clips
    }

    private static func lines(_ bytes: [UInt8]) throws(ClipProblem) -> [ClipLine] {
        var clips: [ClipLine] = []
        for (index, line) in bytes.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).enumerated() where line.contains(where: { $0 > 0x20 }) {
            let json: JSON
            do throws(JSONProblem) {
                json = try JSON(parsing: Array(line).span)
            } catch {
                throw .list(line: index + 1, .json(error))
            }
            clips.append(try Self.line(json, index + 1))
            guard clips.count <= CuttingLimits.clips else {
                throw .tooManyClips(limit: CuttingLimits.clips)
            }
        }
        return clips
    }

    private static func line(_ json: JSON, _ number: Int) throws(ClipProblem) -> ClipLine {
        guard json.objectValue != nil else { throw .list(line: number, .notObject) }
        guard let start = try time(json, "start", number) else {
            throw .list(line: number, .noColumn("start"))
        }
        var end = try time(json, "end", number)
        if end == nil, let length = try time(json, "duration", number) {
            end = start.adding(length)
        }
        guard let end else { throw .list(line: number, .noEnd) }
        return ClipLine(
            line: number, start: start, end: end, name: json["name"]?.stringValue,
            sku: json["sku"]?.stringValue, title: json["title"]?.stringValue)
    }

    /// `"start"`: text, or a number of seconds; or `"start_ms"`.
    private static func time(
        _ json: JSON, _ name: String, _ number: Int
    ) throws(ClipProblem) -> MediaTime? {
        var text: String
        if let value = json[name], value != .null {
            text = value.stringValue ?? value.text
        } else if let value = json[name + "_ms"], value != .null {
            text = value.text + "ms"
        } else {
            return nil
        }
        guard let time = ClipTime.read(text) else {
            text = String(text.prefix(40))
            throw .list(line: number, .badTime(text))
        }
        return time
    }

    // MARK: - OpenTimelineIO

    /// The clips of all tracks of pictures, in the order of the document.
    private static func collect(
        _ json: JSON, into clips: inout [ClipLine]
    ) throws(ClipProblem) {
        let schema = json["OTIO_SCHEMA"]?.stringValue ?? ""
        if schema.hasPrefix("Track."), json["kind"]?.stringValue == "Audio" { return }
        if schema.hasPrefix("Clip."), let range = json["source_range"], range != .null {
            let number = clips.count + 1
            guard let start = rational(range["start_time"]),
                let length = rational(range["duration"])
            else { throw .list(line: number, .badTime("source_range")) }
            var shift = MediaTime(ticks: 0, timescale: 1)
            if let key = json["active_media_reference_key"]?.stringValue,
                let available = json["media_references"]?[key]?["available_range"],
                let first = rational(available["start_time"])
            {
                shift = MediaTime(ticks: -first.ticks, timescale: first.timescale)
            }
            let name = json["name"]?.stringValue ?? ""
            clips.append(
                ClipLine(
                    line: number, start: start.adding(shift),
                    end: start.adding(length).adding(shift), name: name.isEmpty ? nil : name,
                    sku: json["metadata"]?["sku"]?.stringValue, title: nil))
            guard clips.count <= CuttingLimits.clips else {
                throw .tooManyClips(limit: CuttingLimits.clips)
            }
        }
        if let tracks = json["tracks"] { try collect(tracks, into: &clips) }
        for child in json["children"]?.arrayValue ?? [] { try collect(child, into: &clips) }
    }

    /// Rates such as 29.97 stand for fractions over 1001.
    private static func rational(_ json: JSON?) -> MediaTime? {
        guard let json, let value = number(json["value"]), let rate = number(json["rate"]),
            rate > 0, rate <= 1_000_000, value.magnitude / rate < 100_000_000,
            value.magnitude < 1e14
        else { return nil }
        if rate == rate.rounded(), value == value.rounded() {
            return MediaTime(ticks: Int64(value), timescale: Int32(rate))
        }
        let nominal = rate.rounded(.up)
        if value == value.rounded(), (nominal * 1000 / 1001 - rate).magnitude < 0.005 {
            return MediaTime(ticks: Int64(value) * 1001, timescale: Int32(nominal) * 1000)
        }
        return MediaTime(ticks: Int64((value / rate * 1e6).rounded()), timescale: 1_000_000)
    }

    private static func number(_ json: JSON?) -> Double? {
        switch json {
        case .integer(let value): Double(value)
        case .decimal(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }
}
