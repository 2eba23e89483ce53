import Primitives

/// Lines and records, in two pieces, cut where the input says.
package func fuzzCSV(_ bytes: [UInt8]) {
    var lines = LineReader(maximumLength: 64)
    var csv = CSVReader()
    let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % bytes.count
    for piece in [bytes[..<cut], bytes[cut...]] {
        lines.add(Array(piece))
        drain(&lines, &csv)
    }
    lines.finish()
    drain(&lines, &csv)
    precondition(lines.isAtEnd, "lines left behind")
}

private func drain(_ lines: inout LineReader, _ csv: inout CSVReader) {
    while true {
        switch lines.advance() {
        case .starved: return
        case .tooLong: _ = csv.takeOverlongLine(number: lines.number)
        case .line:
            guard (try? csv.take(lines.line, number: lines.number)) == true else { continue }
            for field in 0..<csv.fieldCount { _ = csv.text(of: field) }
        }
    }
}
