import TestSupport
import Testing

/// The style guide as a test. Each rule shows on an example that it can find something.
@Suite struct TidyTests {
    private let repository = Repository.current

    @Test func `the tree is tidy`() {
        let files = repository.files(
            below: ["Sources/", "Tests/", "Fuzz/Bodies", "Fuzz/FuzzSupport", "Package.swift"],
            ending: [".swift"])
        #expect(files.count > 50)
        for file in files {
            for rule in Rule.all {
                #expect(rule.problems(file) == [], "\(file.path): \(rule.name)")
            }
        }
    }

    @Test(arguments: [
        ("imports", "import Stores\n", "Commerce must not import Stores"),
        ("imports", "import Glibc\n", "Commerce must not import Glibc"),
        ("lengths", String(repeating: "\n", count: 401), "402 lines, over 400"),
        ("lengths", String(repeating: "x", count: 101), "line 1: over 100 columns"),
        (
            "lengths", "func f() {\n" + String(repeating: "    x\n", count: 69) + "}\n",
            "line 1: 71 lines"
        ),
        ("banned calls", "    let x = try! f()\n", "line 1: 'try!'; use throw"),
        ("banned calls", "    print(1)\n", "line 1: 'print('; use console.print"),
        (
            "banned calls", "let n = Int.random(in: 0...1)\n",
            "line 1: '.random(in' without 'using:'"
        ),
        ("reasons", "struct S: @unchecked Sendable {}\n", "line 1: without its reason"),
        ("unfinished", "// TO" + "DO: later\n", "has a TO" + "DO"),
        ("whitespace", "\tx\n", "has a tab"),
        ("whitespace", "x", "does not end with one line end"),
    ])
    func `a rule finds what it is for`(name: String, text: String, problem: String) throws {
        let rule = try #require(Rule.all.first { $0.name == name })
        let file = TextFile(path: "Sources/Commerce/Example.swift", text: text)
        #expect(rule.problems(file) == [problem])
    }

    @Test func `an unknown module and an open C import are found`() {
        let unknown = TextFile(path: "Sources/Utils/Example.swift", text: "")
        #expect(Rule.imports.problems(unknown) == ["Utils is not in the table"])
        let open = TextFile(path: "Sources/Stores/Example.swift", text: "package import Glibc\n")
        #expect(Rule.imports.problems(open).count == 1)
    }

    @Test func `documents have one title, and their links lead somewhere`() {
        for file in repository.files(ending: [".md"]) {
            #expect(MarkdownRules.problems(file, exists: exists) == [], "\(file.path)")
        }
        let broken = TextFile(path: "docs/A.md", text: "# One\n# Two\n[x](Nowhere.md)\n")
        #expect(MarkdownRules.problems(broken, exists: exists).count == 2)
    }

    private func exists(_ path: String) -> Bool {
        Files.exists("\(repository.root)/\(path)")
    }

    @Test func `decisions are numbered without gaps`() {
        let numbers = repository.files(below: ["docs/Decisions/"], ending: [".md"]).map {
            String($0.path.split(separator: "/").last?.prefix(4) ?? "")
        }.sorted()
        let expected = (1...numbers.count).map { number in
            String(repeating: "0", count: 4 - String(number).count) + String(number)
        }
        #expect(numbers == expected)
    }

    @Test func `the changelog begins with what is unreleased`() {
        let changelog = repository.files(ending: ["CHANGELOG.md"]).first
        let sections = changelog?.lines.filter { $0.hasPrefix("## ") } ?? []
        #expect(sections.first == "## Unreleased")
    }

    @Test func `types are not named by words that the vocabulary has given up`() throws {
        let vocabulary = try #require(
            repository.files(below: ["docs/Vocabulary.md"], ending: [".md"]).first)
        let words = MarkdownRules.forbiddenWords(vocabulary)
        #expect(words.contains("Product") && words.contains("Timestamp"))
        for file in repository.files(below: ["Sources/"], ending: [".swift"]) {
            for name in MarkdownRules.typeNames(file) {
                let last = MarkdownRules.lastWord(name)
                #expect(!words.contains(last), "\(file.path): \(name)")
            }
        }
        let example = TextFile(path: "x", text: "package struct FlashSaleManager: Sendable {\n")
        #expect(MarkdownRules.typeNames(example).map(MarkdownRules.lastWord) == ["Manager"])
    }

    /// The names of this machine's folders are put together, so that they do not stand here.
    @Test func `no file knows where it was written`() {
        let needles = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
        let files = repository.files(
            ending: [".swift", ".md", ".sh", ".c", ".h", ".1", "Makefile", "run", "deps", ".json"])
        for file in files {
            let found = needles.filter { file.has($0) }
            #expect(found == [], "\(file.path)")
        }
    }
}
