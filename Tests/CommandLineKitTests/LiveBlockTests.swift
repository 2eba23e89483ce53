import Primitives
import TestSupport
import Testing

@testable import CommandLineKit

/// What is drawn over on a terminal, and files that grow.
@Suite struct LiveBlockTests {
    private static func terminal(height: Int, canRedraw: Bool = true) -> Console.Traits {
        var traits = Console.Traits()
        traits.isErrorTerminal = true
        traits.width = 20
        traits.height = height
        traits.canRedraw = canRedraw
        return traits
    }

    private static func drawn(
        _ traits: Console.Traits, _ draw: (Console) -> Void
    ) -> String {
        let (console, _, talk) = Console.captured(traits: traits, clocks: ExampleProgram.stopped)
        draw(console)
        return talk().split(separator: "\u{1B}", omittingEmptySubsequences: false)
            .joined(separator: "^")
    }

    @Test func `a block of lines is drawn over the one before, and a remark stands above it`() {
        let text = Self.drawn(Self.terminal(height: 24)) { console in
            console.showStatus(["one", "two", "three"])
            console.showStatus(["four", "five"])
            console.note("remark")
            console.showStatus(["six"])
            console.clearProgress()
        }
        #expect(
            text == "\rone^[K\n\rtwo^[K\n\rthree^[K" + "^[2A\rfour^[K\n\rfive^[K^[J"
                + "^[1A\r^[Jremark\n" + "\rsix^[K" + "\r^[K")
    }

    @Test func `lines are cut to the terminal and cannot drive it`() {
        let text = Self.drawn(Self.terminal(height: 24)) {
            $0.showStatus(["\u{1B}[31mred", String(repeating: "x", count: 30)])
        }
        #expect(text == "\r\\u{1B}[31mred^[K\n\rxxxxxxxxxxxxxxxxxx…^[K")
    }

    @Test(arguments: [(2, true), (24, false)])
    func `a low or dumb terminal shows the first line`(height: Int, canRedraw: Bool) {
        let text = Self.drawn(Self.terminal(height: height, canRedraw: canRedraw)) {
            $0.showStatus(["one", "two"])
        }
        #expect(text == "\rone^[K")
    }

    @Test func `nothing is drawn where nobody sees it`() {
        var quiet = Self.terminal(height: 24)
        quiet.isQuiet = true
        for traits in [Console.Traits(), quiet] {
            #expect(Self.drawn(traits) { $0.showStatus(["one", "two"]) } == "")
        }
    }

    private static func file(_ path: String) throws -> AppendFile {
        try AppendFile(path, linesBeginWith: UInt8(ascii: "o"))
    }

    @Test func `nothing is cut off a file that is somebody else's`() {
        let folder = ScratchFolder()
        for text in ["a note without an end", "one\na note"] {
            folder.write(text, to: "log")
            let failure = #expect(throws: Failure.self) { try Self.file(folder.path("log")) }
            #expect(failure?.code == "output.foreign")
            #expect(Files.read(folder.path("log")) == text)
        }
    }

    @Test func `a file grows by whole lines, and what is torn is cut off`() throws {
        let folder = ScratchFolder()
        let path = folder.path("log")
        do {
            let file = try Self.file(path)
            try file.append("one")
        }
        #expect(Files.read(path) == "one\n")
        folder.write("one\ntwo\nohal", to: "log")
        do {
            let file = try Self.file(path)
            #expect(Files.read(path) == "one\ntwo\n")
            try file.append("three")
        }
        #expect(Files.read(path) == "one\ntwo\nthree\n")
        folder.write("one line, no end", to: "log")
        _ = try Self.file(path)
        #expect(Files.read(path) == "")
    }

    @Test func `only one holds a growing file`() throws {
        let folder = ScratchFolder()
        let path = folder.path("log")
        let first = try Self.file(path)
        let failure = #expect(throws: Failure.self) { try Self.file(path) }
        #expect(failure?.code == "output.locked")
        #expect(failure?.status == .tryAgain)
        try first.append("one")
        #expect(throws: Failure.self) { try Self.file(folder.path) }
    }
}
