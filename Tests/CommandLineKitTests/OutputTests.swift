@testable import CommandLineKit
import Primitives
import Testing

@Suite struct OutputTests {
    private static let shape = RowsPrinter.Shape(
        key: "things", documentSchema: "lc.thing-list/1", nameMember: "name",
        columns: [RowColumn("name"), RowColumn("count", .right)], furtherMembers: ["note"])

    private static let program = Program(
        "rows", "Print rows", discussion: [], common: [],
        commands: [
            Command("list", "List", output: .rows) { invocation, console in
                var rows = try RowsPrinter(console, invocation, shape)
                for row in Self.rows { try rows.add(row) }
                try rows.finish()
                return .ok
            },
            Command("none", "List nothing", output: .rows) { invocation, console in
                var rows = try RowsPrinter(console, invocation, shape)
                try rows.finish()
                return .ok
            },
        ],
        examples: [], describe: { _ in nil })

    private static let rows: [JSONObject] = [
        ["name": "plain", "count": 1, "note": "n"],
        ["name": "tab\t\"quote\", line\n\u{1B}[31m", "count": 1000],
        ["name": "日本", "count": -5],
    ].compactMap { (json: JSON) in json.objectValue }

    private func print(_ arguments: String..., onTerminal: Bool = false) -> String {
        var traits = Console.Traits()
        traits.isOutputTerminal = onTerminal
        traits.width = 30
        let (console, output, talk) = Console.captured(
            traits: traits, clocks: ExampleProgram.stopped)
        _ = Self.program.main(arguments, environment: Environment([:]), console: console)
        return output() + talk()
    }

    @Test func `TSV is what a pipe gets, one line a row`() {
        let tsv = "name\tcount\nplain\t1\ntab\\t\"quote\", line\\n\u{1B}[31m\t1000\n日本\t-5\n"
        #expect(print("list") == tsv)
        #expect(print("list", "-o", "tsv") == tsv)
        #expect(print("list", "--no-header").hasPrefix("plain\t1\n"))
    }

    @Test func `a table on a terminal fits it and cannot drive it`() {
        let table = print("list", "--color", "never", onTerminal: true)
        #expect(
            table == """
                NAME                     COUNT
                plain                        1
                tab\\u{9}"quote", line\\…   1000
                日本                        -5

                """)
    }

    @Test func `a table in a pipe is never cut`() {
        let table = print("list", "-o", "table")
        #expect(table.contains(#"tab\u{9}"quote", line\n\u{1B}[31m   1000"#))
    }

    @Test func `CSV quotes what needs it`() {
        #expect(
            print("list", "-o", "csv")
                == "name,count\nplain,1\n\"tab\t\"\"quote\"\", line\n\u{1B}[31m\",1000\n日本,-5\n")
    }

    @Test func `JSON is one document, JSON Lines one a row`() {
        let start = #"{"things":[{"count":1,"name":"plain","note":"n"},{"count":1000,"#
        #expect(print("list", "-o", "json").hasPrefix(start))
        #expect(print("list", "-o", "json").hasSuffix("],\"schema\":\"lc.thing-list/1\"}\n"))
        #expect(print("list", "-o", "jsonl").split(separator: "\n").count == 3)
    }

    @Test func `names are one a line`() {
        #expect(print("list", "-o", "name").split(separator: "\n").count == 3)
    }

    @Test func `fields are chosen and ordered`() {
        #expect(print("list", "--fields", "count,note").hasPrefix("count\tnote\n1\tn\n1000\t\n"))
        #expect(
            print("list", "--fields", "note", "-o", "jsonl").hasPrefix("{\"note\":\"n\"}\n{}\n"))
        #expect(print("list", "--fields", "nam").contains("did you mean 'name'?"))
    }

    @Test func `nothing to say prints nothing`() {
        #expect(print("none") == "")
        #expect(print("none", "-o", "csv") == "")
        #expect(print("none", onTerminal: true) == "")
        #expect(print("none", "-o", "json") == #"{"things":[],"schema":"lc.thing-list/1"}"# + "\n")
    }
}

@Suite struct WaitingTests {
    /// A wait that nothing ends would outlast the test.
    @Test func `a wake ends the wait that follows it, and one alone`() {
        let clock = ContinuousClock()
        Interruption.wake()
        Interruption.wake()
        let woken = clock.measure { Interruption.wait(.seconds(60)) }
        #expect(woken < .seconds(30))
        let waited = clock.measure { Interruption.wait(.milliseconds(20)) }
        #expect(waited >= .milliseconds(20))
    }

    @Test func `pages that are given back can be used on`() {
        LoadedPages.giveBack()
        #expect(String(describing: ExitStatus.ok) == "ok")
    }
}

@Suite struct TerminalTests {
    @Test(arguments: [
        ("plain", 5), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("😀", 2), ("❤️", 2), ("👩‍👩‍👧", 2), ("", 0),
    ])
    func `width in columns`(text: String, width: Int) {
        #expect(TextWidth.of(text) == width)
    }

    @Test(arguments: [
        ("hello", 5, "hello"), ("hello!", 5, "hell…"), ("日本語", 5, "日本…"), ("x", 0, ""),
    ])
    func `text is cut to fit`(text: String, limit: Int, cut: String) {
        #expect(TextWidth.truncated(text, to: limit) == cut)
        #expect(TextWidth.of(cut) <= limit)
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("price", "prise", 1), ("ab", "ba", 1), ("kitten", "sitting", 3),
        ("sku", "show", 3),
    ])
    func `edit distance`(left: String, right: String, distance: Int) {
        #expect(Suggestion.editDistance(Array(left), Array(right)) == distance)
        #expect(Suggestion.editDistance(Array(right), Array(left)) == distance)
    }

    @Test(arguments: [
        ("plain", "plain"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$x", "'$x'"),
    ])
    func `words for a shell`(word: String, quoted: String) {
        #expect(ShellWord.quoted(word) == quoted)
    }

    @Test func `progress is drawn late, seldom, and fits`() {
        let start = Instant(nanoseconds: 0)
        var line = ProgressLine("importing", "rows", total: 100_000, startingAt: start)
        #expect(line.draw(done: 10, at: start + .milliseconds(499), width: 80) == nil)
        #expect(
            line.draw(done: 20_000, at: start + .seconds(1), width: 80)
                == "importing 20,000 of 100,000 rows, 20,000/s, 4 s left")
        #expect(line.draw(done: 21_000, at: start + .milliseconds(1050), width: 80) == nil)
        #expect(line.draw(done: 30_000, at: start + .seconds(2), width: 20)?.count == 19)
    }

    @Test func `a question is asked on a terminal only`() throws {
        var traits = Console.Traits()
        let (dumb, _, _) = Console.captured(traits: traits, clocks: ExampleProgram.stopped)
        try dumb.confirm("delete it", isConfirmed: true)
        #expect(throws: Failure.self) { try dumb.confirm("delete it", isConfirmed: false) }
        traits.isInputTerminal = true
        traits.isErrorTerminal = true
        let (console, _, talk) = Console.captured(
            traits: traits, clocks: ExampleProgram.stopped, answers: ["y", "no"])
        try console.confirm("delete it", isConfirmed: false)
        #expect(throws: Failure(.negative, "unconfirmed", "nothing was changed")) {
            try console.confirm("delete it", isConfirmed: false)
        }
        #expect(throws: Failure.self) { try console.confirm("delete it", isConfirmed: false) }
        #expect(talk().hasPrefix("delete it? [y/N] "))
    }
}
