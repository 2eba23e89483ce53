import TestSupport
import Testing

/// Completion in the real shells, with the scripts as they are installed.
@Suite struct CompletionTests {
    private let bench = Bench()
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    private func bash(_ words: String...) throws -> String {
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        return try bench.shell(
            """
            source '\(Self.root)/completions/lcctl.bash'
            COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1)
            _lcctl
            echo "${COMPREPLY[@]}"
            """
        ).output
    }

    @Test func `bash completes commands, options, choices and what is in the store`() throws {
        try bench.lcctl("sku", "add", "TEE-RED", "--title", "T", "--price", "1")
        try bench.lcctl("sku", "add", "MUG", "--title", "T", "--price", "1")
        #expect(try bash("lcctl", "sk") == "sku\n")
        #expect(try bash("lcctl", "sku", "stock", "") == "set adjust\n")
        #expect(try bash("lcctl", "sku", "add", "X", "--pr") == "--price\n")
        #expect(try bash("lcctl", "sku", "list", "-o", "json") == "json jsonl\n")
        #expect(try bash("lcctl", "sku", "get", "") == "MUG TEE-RED\n")
        #expect(try bash("lcctl", "sku", "get", "T") == "TEE-RED\n")
        try bench.lcctl("sku", "stock", "set", "MUG", "1")
        try bench.lcctl("reserve", "MUG", "--buyer", "ann", "--id", "rsv_1")
        try bench.lcctl("waitlist", "join", "MUG", "--buyer", "bob", "--id", "wl_1")
        #expect(try bash("lcctl", "confirm", "") == "rsv_1\n")
        #expect(try bash("lcctl", "reserve", "M") == "MUG\n")
        #expect(try bash("lcctl", "waitlist", "leave", "") == "wl_1\n")
    }

    @Test func `bash completes files where a file is wanted`() throws {
        bench.folder.write("", to: "products.csv")
        #expect(try bash("lcctl", "sku", "import", "prod") == "products.csv\n")
    }

    @Test func `zsh takes its script`() throws {
        let line = """
            autoload -Uz compinit && compinit -u -d '\(bench.folder.path("zcompdump"))'
            source '\(Self.root)/completions/_lcctl'
            _describe() { print -l -- "${candidates[@]}" }
            words=(lcctl sku stock ''); CURRENT=4
            _lcctl
            """
        let run = try bench.shell(
            "zsh -f -c '\(line.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#))'"
        )
        #expect(run.output.hasPrefix("set:Say how many units"))
        #expect(run.output.contains("\nadjust:Add or take units\n"))
    }

    @Test func `fish completes by its script`() throws {
        let run = try bench.shell(
            """
            fish --no-config -c "source '\(Self.root)/completions/lcctl.fish'
            complete -C 'lcctl sku stock '"
            """)
        #expect(
            run.output.split(separator: "\n").sorted() == [
                "adjust\tAdd or take units", "set\tSay how many units are on hand, as counted",
            ])
    }
}
