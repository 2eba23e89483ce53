import CommandLineKit
import Glibc
import Primitives
import TestSupport
import Testing
import VODCutCommands

/// What each command says of inputs that cannot be used: its status, and the file by its name.
struct WrongInputTests {
    private func run(_ words: [String]) -> (status: CommandLineKit.ExitStatus, words: String) {
        let (console, output, talk) = Console.captured(clocks: .system)
        let status = VODCut.program.main(words, environment: Environment([:]), console: console)
        return (status, output() + talk())
    }

    private static let commands = [
        ["trim", "IN", "--output", "OUT.mp4"], ["verify", "IN"], ["inspect", "IN"],
        ["clip", "IN", "--range", "0-1"], ["package", "IN", "--output", "OUT"],
    ]

    private func filled(
        _ command: [String], _ input: String, _ folder: ScratchFolder
    ) -> [String] {
        command.map {
            $0 == "IN" ? input : $0.replacing("OUT", with: folder.path("out"))
        }
    }

    @Test(arguments: commands)
    func `what is missing, a folder or no recording is told by its name`(
        command: [String]
    ) throws {
        let folder = ScratchFolder()
        unsafe mkdir(folder.path("a.mp4"), 0o700)
        let noise = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let cases: [(String, [CommandLineKit.ExitStatus])] = [
            (folder.path("missing.mp4"), [.noInput]),
            // A folder without playlists is no package.
            (folder.path("a.mp4"), [.noInput, .negative]),
            (folder.write([], to: "empty.mp4"), [.dataError]),
            (folder.write(noise, to: "noise.mp4"), [.dataError]),
            (folder.write("#EXTM3U\n", to: "list.mp4"), [.dataError]),
        ]
        for (input, statuses) in cases {
            let result = run(filled(command, input, folder))
            #expect(statuses.contains(result.status), "\(command[0]) \(input): \(result)")
            #expect(result.words.contains("'\(input)'") || result.words.contains(input))
            #expect(!Files.exists(folder.path("out.mp4")) && !Files.exists(folder.path("out")))
        }
    }

    @Test func `what must not be read is told as such`() {
        guard getuid() != 0 else { return }
        let folder = ScratchFolder()
        let path = folder.write("secret", to: "a.mp4")
        unsafe chmod(path, 0)
        let result = run(["trim", path, "--dry-run"])
        #expect(result.status == .noInput)
        #expect(result.words.contains("permission denied"))
    }

    @Test(arguments: [
        ["verify", "a.mp4", "--range", "0:10-0:05", "--source", "b.mp4"],
        ["verify", "a.mp4", "--range", "0-1"], ["verify", "a.mp4", "b.mp4", "--source", "c.mp4"],
        ["trim", "a.mp4"], ["trim", "a.mp4", "--dry-run", "--what", "noise"],
        ["trim", "a.mp4", "--dry-run", "--silence", "50dB"],
        ["batch", "/", "--output", "out"], ["batch", "a.jsonl", "--output", "o", "--recipe", "r"],
        ["batch", "a.jsonl", "--output", "o", "--jobs", "0"],
        ["batch", "a.jsonl", "--output", "o", "--force", "--resume"],
    ])
    func `a command line that makes no sense is refused before anything is read`(words: [String]) {
        #expect(run(words).status == .usage)
    }

    @Test func `what stands there is not replaced without --force`() {
        let folder = ScratchFolder()
        let input = folder.write("no film", to: "a.mp4")
        for name in ["b.mp4", "b.cut.json", "b.timeline.jsonl"] {
            let folder = ScratchFolder()
            folder.write("mine", to: name)
            let result = run(["trim", input, "--output", folder.path("b.mp4")])
            #expect(result.status == .cannotCreate)
            #expect(result.words.contains(name))
            #expect(folder.read(name) == "mine")
        }
    }

    @Test(arguments: [
        (#"{"source":"a.mp4","trim":{"minn":"2s"}}"#, "'trim.minn'"),
        (#"{"source":"a.mp4","trim":{"min":"soon"}}"#, "soon"),
        (#"{"source":"a.mp4","page":{}}"#, "--timeline"), (#"{"source":"a.mp4"}"#, "makes nothing"),
        (#"{"trim":{}}"#, "'source'"), ("{", "is no JSON"),
    ])
    func `a job that cannot be is refused by the member that is wrong`(
        text: String, words: String
    ) {
        let folder = ScratchFolder()
        folder.write("no film", to: "a.mp4")
        let job = folder.write(text, to: "job.json")
        let result = run(["run", job])
        #expect(result.status == .dataError, "\(result)")
        #expect(result.words.contains(words), "\(result)")
        #expect(!Files.exists(folder.path("a")))
    }

    @Test func `a line of a batch that is wrong is named, and nothing is begun`() {
        let folder = ScratchFolder()
        let lines =
            #"{"source":"a.mp4","trim":{}}"# + "\n" + #"{"source":"b.mp4","trim":{"x":1}}"#
        let jobs = folder.write(lines, to: "jobs.jsonl")
        let result = run(["batch", jobs, "--output", folder.path("out")])
        #expect(result.status == .dataError)
        #expect(result.words.contains("line 2 of"))
        #expect(!Files.exists(folder.path("out")))
    }
}
