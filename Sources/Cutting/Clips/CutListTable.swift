import Commerce
import Primitives

/// A cut list as CSV: with a header, or `start,end[,name,sku]`.
enum CutListTable {
    static func read(_ bytes: [UInt8]) throws(ClipProblem) -> [ClipLine] {
        var reader = LineReader(maximumLength: CSVReader.maximumRecordLength)
        reader.add(bytes)
        reader.finish()
        var csv = CSVReader(delimiter: delimiter(of: bytes))
        var columns: [String]?
        var lines: [ClipLine] = []
        reading: while true {
            do throws(CSVProblem) {
                switch reader.advance() {
                case .starved:
                    try csv.finish()
                    break reading
                case .tooLong: throw csv.takeOverlongLine(number: reader.number)
                case .line:
                    let isComment = reader.line.count > 0 && reader.line[0] == UInt8(ascii: "#")
                    if isComment { continue }
                    guard try csv.take(reader.line, number: reader.number) else { continue }
                }
            } catch {
                throw .list(line: error.line, .csv(error.flaw))
            }
            var cells: [String] = []
            for field in 0..<csv.fieldCount {
                guard let text = csv.text(of: field) else {
                    throw .list(line: csv.line, .notUTF8)
                }
                cells.append(text.trimmed)
            }
            if cells.allSatisfy(\.isEmpty) { continue }
            guard let names = columns else {
                if cells.first.flatMap(ClipTime.read) == nil {
                    columns = cells.map { $0.lowercased() }
                    continue
                }
                columns = ["start", "end", "name", "sku", "title"]
                try lines.append(line(cells, ["start", "end", "name", "sku", "title"], csv.line))
                continue
            }
            try lines.append(line(cells, names, csv.line))
            guard lines.count <= CuttingLimits.clips else {
                throw .tooManyClips(limit: CuttingLimits.clips)
            }
        }
        return lines
    }

    private static func line(
        _ cells: [String], _ columns: [String], _ number: Int
    ) throws(ClipProblem) -> ClipLine {
        func cell(_ name: String) -> String? {
            columns.firstIndex(of: name).flatMap {
                $0 < cells.count && !cells[$0].isEmpty ? cells[$0] : nil
            }
        }
        func time(_ name: String) throws(ClipProblem) -> MediaTime? {
            if let text = cell(name) {
                guard let time = ClipTime.read(text) else {
                    throw .list(line: number, .badTime(text))
                }
                return time
            }
            guard let text = cell(name + "_ms") else { return nil }
            guard let time = ClipTime.read(text + "ms") else {
                throw .list(line: number, .badTime(text))
            }
            return time
        }
        guard columns.contains("start") || columns.contains("start_ms") else {
            throw .list(line: number, .noColumn("start"))
        }
        guard let start = try time("start") else { throw .list(line: number, .badTime("")) }
        var end = try time("end")
        if end == nil, let length = try time("duration") { end = start.adding(length) }
        guard let end else { throw .list(line: number, .noEnd) }
        return ClipLine(
            line: number, start: start, end: end, name: cell("name"), sku: cell("sku"),
            title: cell("title"))
    }

    private static func delimiter(of bytes: [UInt8]) -> UInt8 {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#")
        {
            // A comma may stand in times, so the others count first.
            for other in [UInt8(ascii: ";"), UInt8(ascii: "\t")] where line.contains(other) {
                return other
            }
            break
        }
        return UInt8(ascii: ",")
    }
}
