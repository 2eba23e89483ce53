@testable import CommandLineKit
import Primitives
import Testing

@Suite struct ParsingTests {
    @Test(arguments: [
        ("copy a --mode fast", "fast a size=64000 rate=5000"),
        ("copy --mode=slow a b c", "slow a b c size=64000 rate=5000"),
        ("copy a --mode fast -s2Ki", "fast a size=2048 rate=5000"),
        ("copy a --mode fast -s 2Ki", "fast a size=2048 rate=5000"),
        ("copy a --mode fast -s=2Ki", "fast a size=2048 rate=5000"),
        ("copy a --mode fast -t x -ty --tag=z", "fast a size=64000 rate=5000 tag=x tag=y tag=z"),
        ("copy a --mode fast -l", "fast a size=64000 rate=5000 loud"),
        ("copy a --mode fast -qe", "fast a size=64000 rate=5000 extra"),
        ("copy a --mode fast -ltx", "fast a size=64000 rate=5000 tag=x loud"),
        ("copy a --mode fast --no-bright", "fast a size=64000 rate=5000 dull"),
        ("copy a --mode fast --trace", "fast a size=64000 rate=5000 trace=slow"),
        ("copy a --mode fast --trace=fast", "fast a size=64000 rate=5000 trace=fast"),
        // What stands behind it is no value of it.
        ("copy --trace --mode fast a fast", "fast a fast size=64000 rate=5000 trace=slow"),
        ("copy --mode fast -- --tag", "fast --tag size=64000 rate=5000"),
        ("copy --mode fast -", "fast - size=64000 rate=5000"),
        ("copy --mode fast -5", "fast -5 size=64000 rate=5000"),
        ("--rate 2.5M copy a --mode fast", "fast a size=64000 rate=2500000"),
        ("copy a --mode fast --rate 1k", "fast a size=64000 rate=1000"),
        ("count up -7", "-7"),
    ])
    func `a command line means`(line: String, output: String) {
        let run = ExampleProgram.run(line.split(separator: " ").map(String.init))
        #expect(run.talk == "")
        #expect(run.output == output + "\n")
        #expect(run.status == .ok)
    }

    @Test(arguments: [
        ("copi", "unknown command 'copi'; did you mean 'copy'?"),
        ("xyzzy", "unknown command 'xyzzy'"),
        ("count", "a command is missing"),
        ("count down", "unknown command 'down'"),
        ("copy a --mdoe fast", "unknown option '--mdoe'; did you mean '--mode'?"),
        ("copy a -x", "unknown option '-x'"),
        ("copy a", "--mode MODE is missing"),
        ("copy --mode fast", "SOURCE is missing"),
        ("copy a --mode", "option '--mode' lacks its MODE"),
        ("copy a --mode quick", "--mode: 'quick' is not one of fast, slow"),
        ("copy a --mode fast --mode slow", "option '--mode' is given twice"),
        ("copy a --mode fast --loud=1", "option '--loud' takes no value"),
        ("copy a --mode fast --no-bright=1", "option '--no-bright' takes no value"),
        ("copy a --mode fast --bright --no-bright", "option '--bright' is given twice"),
        ("copy a --mode fast --trace=up", "--trace: 'up' is not one of fast, slow"),
        ("copy a --mode fast --trace=", "--trace: '' is not one of fast, slow"),
        ("copy a --mode fast --trace --trace=fast", "option '--trace' is given twice"),
        ("copy a --mode fast -l -e", "--loud and --extra exclude each other"),
        ("copy a --mode fast --size big", "--size: 'big' is not a size such as 64k, 1.5MiB or 2GB"),
        ("count up 1 2", "unexpected '2'"),
        ("count up 11", "N: '11' is not a whole number from -10 to 10"),
        ("help nothing", "unknown command 'nothing'"),
    ])
    func `a wrong command line is explained`(line: String, message: String) {
        let run = ExampleProgram.run(line.split(separator: " ").map(String.init))
        #expect(run.talk.split(separator: "\n").first.map(String.init) == "ex: error: \(message)")
        #expect(run.output == "")
        #expect(run.status == .usage)
    }

    @Test func `the command line goes before the environment, that before the file`() {
        let copy = ["copy", "a", "--mode", "fast"]
        func rate(_ arguments: [String], _ environment: [String: String]) -> String {
            let run = ExampleProgram.run(copy + arguments, environment: environment)
            return String(run.output.split(separator: " ").last ?? "")
        }
        #expect(rate(["--rate", "1k"], ["EX_RATE": "2k"]) == "rate=1000\n")
        #expect(rate([], ["EX_RATE": "2k"]) == "rate=2000\n")
        #expect(rate([], ["EX_RATE": ""]) == "rate=5000\n")
        #expect(rate([], ["LC_CONTEXT": "other"]) == "rate=0\n")
        let bad = ExampleProgram.run(copy, environment: ["EX_RATE": "x"])
        #expect(bad.talk.contains("EX_RATE: 'x' is not a bit rate"))
    }

    @Test func `failures are JSON for whoever asked for JSON`() {
        let run = ExampleProgram.run(["copy", "-o", "json", "--nope"])
        #expect(
            run.talk == """
                {"code":"usage.unknown-option","exit":64,"hint":"see 'ex copy --help'",\
                "message":"unknown option '--nope'; did you mean '--mode'?","schema":"lc.error/1"}

                """)
        #expect(ExampleProgram.run(["fail"]).talk == "ex: error: no 'it'\nhint: try\n")
        #expect(ExampleProgram.run(["fail"]).status == .notFound)
    }

    @Test func `what is quoted cannot drive the terminal`() {
        let run = ExampleProgram.run(["\u{1B}[31m\u{202E}\u{9B}2J"])
        #expect(run.talk.hasPrefix("ex: error: unknown command '\\u{1B}[31m\\u{202E}\\u{9B}2J'"))
    }

    @Test func `help and version answer amid anything`() {
        #expect(ExampleProgram.run(["--version"]).output == "ex 0.1.0\n")
        let help = ExampleProgram.run(["copy", "--nonsense", "--help"])
        #expect(help.output.hasPrefix("Copy things."))
        #expect(help.status == .ok)
        #expect(ExampleProgram.run(["help", "count", "up"]).output.hasPrefix("Count upwards."))
        let nothing = ExampleProgram.run([])
        #expect(nothing.output == "")
        #expect(nothing.talk.hasPrefix("Show what a program can do."))
        #expect(nothing.status == .usage)
    }

    @Test func `no command line traps`() {
        var random = SeededRandom(seed: 9)
        let words = [
            "copy", "count", "up", "--", "-", "--mode", "--mode=", "fast", "-s", "-sx", "-=", "--=",
            "--no-", "-l", "-5", "", "a", "--help", "-h", "\u{0}", "é", "help", "__complete",
            "completion", "bash", "--format", "json", "--rate=1", "-o", "--no-bright", "--tag",
        ]
        for _ in 0..<5000 {
            let count = Int.random(in: 0...7, using: &random)
            let line = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }
            let run = ExampleProgram.run(line)
            #expect(run.status == .ok || run.status == .usage, "\(line)")
        }
    }
}

@Suite struct ValueKindTests {
    @Test(arguments: [
        ("90s", 90_000), ("1m30s", 90_000), ("250ms", 250), ("2h", 7_200_000), ("1d", 86_400_000),
        ("1.5s", 1500), ("0s", 0), ("1h1ms", 3_600_001),
    ])
    func `durations`(text: String, milliseconds: Int64) throws {
        #expect(try ValueKind<Duration>.duration.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "90", "s", "-1s", "1s1m", "1s1s", "1x", "1 s", "1e3s", "999999999999999d", "٣s", ".5s",
        "1..5s", "9999999999999999999999s",
    ])
    func `what is no duration`(text: String) {
        #expect(throws: ValueProblem.self) { try ValueKind<Duration>.duration.parse(text) }
    }

    @Test(arguments: [
        ("64k", 64_000), ("1.5MiB", 1_572_864), ("2GB", 2_000_000_000), ("7", 7), ("1KiB", 1024),
    ])
    func `sizes`(text: String, bytes: Int64) throws {
        #expect(try ValueKind<Int64>.byteSize.parse(text) == bytes)
    }

    @Test(arguments: ["", "k", "-1", "1kk", "1 k", "99999999999999GB", "0x10", "1,5M"])
    func `what is no size`(text: String) {
        #expect(throws: ValueProblem.self) { try ValueKind<Int64>.byteSize.parse(text) }
    }

    @Test(arguments: [("2.5M", 2_500_000), ("800k", 800_000), ("64000", 64_000)])
    func `bit rates`(text: String, rate: Int64) throws {
        #expect(try ValueKind<Int64>.bitRate.parse(text) == rate)
    }

    @Test(arguments: ["0", "M", "2.5MB", "-2k"])
    func `what is no bit rate`(text: String) {
        #expect(throws: ValueProblem.self) { try ValueKind<Int64>.bitRate.parse(text) }
    }

    @Test(arguments: ["https://live.example/whip", "rtmp://h/app", "srt://[::1]:9000?x=y"])
    func `addresses`(text: String) throws {
        #expect(try ValueKind<String>.url.parse(text) == text)
    }

    @Test(arguments: [
        "", "live.example", "://x", "1x://h", "https://", "https://a b", "h\u{7F}://x",
    ])
    func `what is no address`(text: String) {
        #expect(throws: ValueProblem.self) { try ValueKind<String>.url.parse(text) }
    }
}
