@testable import Primitives
import Testing

@Suite struct CSVReaderTests {
    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a\n", [["a"]]),
        ("\n\na\n\n\nb\n", [["a"], ["b"]]),
        (",\n", [["", ""]]),
        (#""a ""quoted"" b","c,d""# + "\n", [[#"a "quoted" b"#, "c,d"]]),
        ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
        ("\"two\r\n\r\nlines\",x\n", [["two\n\nlines", "x"]]),
        ("\"\",x", [["", "x"]]),
        ("é,😀\n", [["é", "😀"]]),
    ])
    func `records are read`(text: String, records: [[String]]) {
        for pieceLength in [1, 2, 3, 1000] {
            let (read, problems) = readAll(text, pieceLength: pieceLength)
            #expect(read == records)
            #expect(problems.isEmpty)
        }
    }

    @Test(arguments: [
        ("ok\nx\"y,1\nok\n", CSVProblem.Flaw.quoteInsideField, 2, 2),
        ("ok\n\"x\"y,1\nok\n", .textAfterQuote, 2, 2),
        ("ok\nok\n\"open\nand open", .unterminatedQuote, 3, 2),
    ])
    func `a broken record is named and the next ones are read`(
        text: String, flaw: CSVProblem.Flaw, line: Int, good: Int
    ) {
        let (read, problems) = readAll(text, pieceLength: 4)
        #expect(problems == [CSVProblem(flaw: flaw, line: line)])
        #expect(read == Array(repeating: ["ok"], count: good))
    }

    @Test func `limits hold`() {
        let long = String(repeating: "x", count: CSVReader.maximumRecordLength + 1)
        let wide = String(repeating: ",", count: CSVReader.maximumFieldCount)
        let (read, problems) = readAll("a\n\(long)\nb\n\(wide)\nc\n", pieceLength: 65_536)
        #expect(read == [["a"], ["b"], ["c"]])
        #expect(
            problems == [
                CSVProblem(flaw: .recordTooLong, line: 2),
                CSVProblem(flaw: .tooManyFields, line: 4),
            ])
    }

    @Test func `a field that is not UTF-8 has no text`() throws {
        var reader = CSVReader()
        let line: [UInt8] = [0x61, 0x2C, 0xC3]
        #expect(try reader.take(line.span, number: 1))
        #expect(reader.text(of: 0) == "a")
        #expect(reader.text(of: 1) == nil)
    }

    @Test func `whatever pieces the bytes come in, the records are the same`() {
        var random = SeededRandom(seed: 3)
        let letters = Array("a,\"\n\r é")
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<40 { text.append(letters.randomElement(using: &random) ?? "a") }
            let whole = readAll(text, pieceLength: 1000)
            let pieces = readAll(text, pieceLength: Int.random(in: 1...9, using: &random))
            #expect(whole.0 == pieces.0)
            #expect(whole.1 == pieces.1)
        }
    }

    private func readAll(_ text: String, pieceLength: Int) -> ([[String]], [CSVProblem]) {
        var lines = LineReader(maximumLength: CSVReader.maximumRecordLength)
        var reader = CSVReader()
        var records: [[String]] = []
        var problems: [CSVProblem] = []
        var rest = Array(text.utf8)[...]
        while true {
            do throws(CSVProblem) {
                switch lines.advance() {
                case .line:
                    if try reader.take(lines.line, number: lines.number) {
                        records.append((0..<reader.fieldCount).map { reader.text(of: $0) ?? "?" })
                    }
                case .tooLong: throw reader.takeOverlongLine(number: lines.number)
                case .starved where rest.isEmpty:
                    lines.finish()
                    if lines.isAtEnd {
                        try reader.finish()
                        return (records, problems)
                    }
                case .starved:
                    lines.add(Array(rest.prefix(pieceLength)))
                    rest = rest.dropFirst(pieceLength)
                }
            } catch {
                problems.append(error)
                if lines.isAtEnd { return (records, problems) }
            }
        }
    }
}
