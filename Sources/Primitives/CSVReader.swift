/// Why a record is not CSV, and the line on which the record starts.
package struct CSVProblem: Error, Equatable {
    package enum Flaw: Error, Equatable {
        case quoteInsideField
        case textAfterQuote
        case unterminatedQuote
        case recordTooLong
        case tooManyFields
    }

    package let flaw: Flaw
    package let line: Int
}

/// Reads delimited text (RFC 4180) record by record.
///
/// It is fed lines, because a broken record ends at its line's end: the next row is read as if
/// nothing had happened, and every bad row of a file can be named. Empty lines are passed over,
/// and so is a byte order mark.
package struct CSVReader {
    package static let maximumRecordLength = 1 << 20
    package static let maximumFieldCount = 4096

    private enum State {
        case fieldStart
        case plain
        case quoted
        /// Behind a quote inside quotes: an escaped one, or the end of the field.
        case quote
    }

    private let delimiter: UInt8
    /// The fields of the record, one after the other, and where each one ends.
    private var content: [UInt8] = []
    private var ends: [Int] = []
    private var state = State.fieldStart

    /// The line on which the record starts, counted from 1.
    package private(set) var line = 0

    package init(delimiter: UInt8 = UInt8(ascii: ",")) {
        precondition(
            delimiter != UInt8(ascii: "\"") && delimiter != UInt8(ascii: "\n")
                && delimiter != UInt8(ascii: "\r"), "a delimiter that RFC 4180 uses otherwise")
        self.delimiter = delimiter
    }

    package var fieldCount: Int { ends.count }

    /// The bytes of one field of the record, without its quotes.
    package subscript(field: Int) -> Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let start = field == 0 ? 0 : ends[field - 1]
            return content.span.extracting(start..<ends[field])
        }
    }

    /// One field of the record as text; nil where it is not UTF-8.
    package func text(of field: Int) -> String? {
        String(validating: self[field])
    }

    /// Takes the next line in. True when it makes a record whole; false when the record goes on in
    /// the next line, or when the line is empty.
    package mutating func take(_ line: Span<UInt8>, number: Int) throws(CSVProblem) -> Bool {
        if !isOpen { start(at: number) }
        let mark = number == 1 && line.startsWithByteOrderMark ? 3 : 0
        if line.count == mark, !isOpen { return false }
        do {
            try takeFields(of: line, from: mark)
            return !isOpen
        } catch {
            throw abandon(error)
        }
    }

    /// The line was too long to be handed over.
    package mutating func takeOverlongLine(number: Int) -> CSVProblem {
        if !isOpen { start(at: number) }
        return abandon(.recordTooLong)
    }

    /// There are no more lines.
    package mutating func finish() throws(CSVProblem) {
        if isOpen { throw abandon(.unterminatedQuote) }
    }

    /// The last line ended inside quotes: the record goes on in the next one.
    private var isOpen: Bool { state == .quoted }

    private mutating func start(at number: Int) {
        content.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        state = .fieldStart
        line = number
    }

    private mutating func abandon(_ flaw: CSVProblem.Flaw) -> CSVProblem {
        start(at: line)
        return CSVProblem(flaw: flaw, line: line)
    }

    private mutating func takeFields(
        of line: Span<UInt8>, from start: Int
    ) throws(CSVProblem.Flaw) {
        if isOpen { content.append(UInt8(ascii: "\n")) }
        guard content.count + line.count <= Self.maximumRecordLength else { throw .recordTooLong }
        var index = start
        while index < line.count {
            let run = plainRun(in: line, from: index)
            if run > index {
                content.append(line.extracting(index..<run))
                if state != .quoted { state = .plain }
                index = run
            } else {
                try takeSpecial(line[index])
                index += 1
            }
        }
        if !isOpen { try endField() }
    }

    /// Where the bytes end that are taken as they are: most of every line.
    private func plainRun(in line: Span<UInt8>, from start: Int) -> Int {
        guard state != .quote else { return start }
        let border = state == .quoted ? UInt8(ascii: "\"") : delimiter
        var index = start
        while index < line.count, line[index] != border, line[index] != UInt8(ascii: "\"") {
            index += 1
        }
        return index
    }

    /// A quote, a delimiter, or whatever stands behind a quote.
    private mutating func takeSpecial(_ byte: UInt8) throws(CSVProblem.Flaw) {
        let isQuote = byte == UInt8(ascii: "\"")
        switch state {
        case .quoted: state = .quote
        case .fieldStart where isQuote: state = .quoted
        case .quote where isQuote:
            content.append(byte)
            state = .quoted
        case .plain where isQuote: throw .quoteInsideField
        case _ where byte == delimiter: try endField()
        case .quote, .fieldStart, .plain: throw .textAfterQuote
        }
    }

    private mutating func endField() throws(CSVProblem.Flaw) {
        guard ends.count < Self.maximumFieldCount else { throw .tooManyFields }
        ends.append(content.count)
        state = .fieldStart
    }
}

extension Span<UInt8> {
    fileprivate var startsWithByteOrderMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }
}
