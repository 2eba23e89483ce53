import Primitives
import Testing

@Suite struct DelimitedTextTests {
    /// A quote and a mark behind it are one character, but two in the file.
    @Test(arguments: [
        "plain", "a,b", "a \"b\"", "\"\u{900}\"", "\"\u{301}", "line\nend", "", "é\"ü",
    ])
    func `a cell reads back as it was written`(_ cell: String) throws {
        let line = DelimitedText.csv([cell, "x", cell])
        var reader = LineReader(maximumLength: 100)
        reader.add(Array(line.utf8))
        reader.finish()
        var csv = CSVReader()
        var isWhole = false
        while reader.advance() == .line {
            isWhole = try csv.take(reader.line, number: reader.number)
        }
        #expect(isWhole && csv.fieldCount == 3)
        #expect(csv.text(of: 0)?.isSameInUTF8(as: cell) == true)
        #expect(csv.text(of: 2)?.isSameInUTF8(as: cell) == true)
    }
}
