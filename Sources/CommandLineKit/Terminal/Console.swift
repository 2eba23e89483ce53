internal import CShims
internal import Glibc
import Primitives

/// Everything a run says and asks. Standard output carries the answer and nothing else; talk goes
/// to standard error.
///
/// It belongs to the thread that runs the command.
package final class Console {
    package struct Traits: Sendable {
        package var isInputTerminal = false
        package var isOutputTerminal = false
        package var isErrorTerminal = false
        package var width = 80
        /// In lines; 0 where it is not known.
        package var height = 0
        /// Whether several lines can be drawn over: a terminal that is not a dumb one.
        package var canRedraw = false
        package var isQuiet = false
        package var outputColour = false
        package var errorColour = false

        package init() {}
    }

    package var traits: Traits
    package let clocks: Clocks
    private let output: any ByteSink
    private let talk: any ByteSink
    private let readLine: () -> String?
    /// Zeros where nobody knows.
    private let terminalSize: () -> (columns: Int, lines: Int)
    private var pending: [UInt8] = []
    /// Of what is drawn over by the next status: a line, or the lines of a block.
    private var linesDrawn = 0

    /// How much is gathered before it is written.
    private static let bufferLimit = 1 << 16

    init(
        output: any ByteSink, talk: any ByteSink, traits: Traits, clocks: Clocks,
        readLine: @escaping () -> String?,
        terminalSize: @escaping () -> (columns: Int, lines: Int) = { (0, 0) }
    ) {
        self.output = output
        self.talk = talk
        self.traits = traits
        self.clocks = clocks
        self.readLine = readLine
        self.terminalSize = terminalSize
    }

    /// The process's own streams.
    package static func standard(_ environment: Environment) -> Console {
        var traits = Traits()
        traits.isInputTerminal = isatty(STDIN_FILENO) == 1
        traits.isOutputTerminal = isatty(STDOUT_FILENO) == 1
        traits.isErrorTerminal = isatty(STDERR_FILENO) == 1
        traits.width = width(environment)
        traits.canRedraw = environment["TERM"].map { $0 != "dumb" } ?? false
        return Console(
            output: DescriptorSink(STDOUT_FILENO, name: "standard output"),
            talk: DescriptorSink(STDERR_FILENO, name: "standard error"), traits: traits,
            clocks: .system, readLine: { Swift.readLine() },
            terminalSize: {
                (Int(lc_terminal_columns(STDERR_FILENO)), Int(lc_terminal_lines(STDERR_FILENO)))
            })
    }

    private static func width(_ environment: Environment) -> Int {
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            let columns = Int(lc_terminal_columns(descriptor))
            if columns > 0 { return columns }
        }
        return environment["COLUMNS"].flatMap { Int($0) }.map { min(max($0, 20), 1000) } ?? 80
    }

    // MARK: the answer

    package func print(_ line: String) throws {
        try write(line + "\n")
    }

    package func write(_ text: String) throws {
        pending.append(contentsOf: text.utf8)
        if pending.count >= Self.bufferLimit { try flush() }
    }

    package func write(_ bytes: [UInt8]) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.bufferLimit { try flush() }
    }

    package func flush() throws {
        guard !pending.isEmpty else { return }
        clearProgress()
        defer { pending.removeAll(keepingCapacity: true) }
        try output.write(pending)
    }

    // MARK: talk

    /// A remark that `--quiet` silences.
    package func note(_ words: String) {
        if !traits.isQuiet { say(SafeText.escaped(words)) }
    }

    /// A line on standard error. When even that cannot be written there is nobody to tell.
    package func say(_ line: String) {
        clearProgress()
        try? talk.write(Array((line + "\n").utf8))
    }

    /// Draws a progress line over the last one, on a terminal only.
    package func show(_ progress: inout ProgressLine, done: Int64) {
        guard traits.isErrorTerminal, !traits.isQuiet,
            let line = progress.draw(done: done, at: clocks.monotonic(), width: traits.width)
        else { return }
        draw([line])
    }

    /// Whether anybody sees a status line.
    package var showsStatus: Bool { traits.isErrorTerminal && !traits.isQuiet }

    /// Draws a line of the caller's own over the last one, on a terminal only.
    package func showStatus(_ line: String) {
        guard showsStatus else { return }
        draw([fitted(line)])
    }

    /// Draws some lines of the caller's own over the last ones, on a terminal only. One that is
    /// too low, or too simple for it, shows the first line.
    package func showStatus(_ lines: [String]) {
        guard showsStatus, let first = lines.first else { return }
        measureTerminal()
        let hasRoom = traits.canRedraw && (traits.height == 0 || lines.count < traits.height)
        draw(hasRoom ? lines.map(fitted) : [fitted(first)])
    }

    package func clearProgress() {
        guard linesDrawn > 0 else { return }
        let up = linesDrawn > 1 ? "\u{1B}[\(linesDrawn - 1)A" : ""
        let clear = linesDrawn > 1 ? "\u{1B}[J" : "\u{1B}[K"
        linesDrawn = 0
        try? talk.write(Array("\(up)\r\(clear)".utf8))
    }

    /// The cursor stays at the end of the last line.
    private func draw(_ lines: [String]) {
        var text = linesDrawn > 1 ? "\u{1B}[\(linesDrawn - 1)A" : ""
        text += lines.map { "\r\($0)\u{1B}[K" }.joined(separator: "\n")
        if linesDrawn > lines.count { text += "\u{1B}[J" }
        linesDrawn = lines.count
        try? talk.write(Array(text.utf8))
    }

    private func fitted(_ line: String) -> String {
        TextWidth.truncated(SafeText.oneLine(line), to: max(1, traits.width - 1))
    }

    /// Windows are dragged larger and smaller while something is drawn.
    private func measureTerminal() {
        let size = terminalSize()
        if size.columns > 0 { traits.width = size.columns }
        if size.lines > 0 { traits.height = size.lines }
    }

    // MARK: questions

    /// Asks before something is destroyed. Without a terminal nobody can be asked: it fails, and
    /// names the option that answers.
    package func confirm(_ question: String, isConfirmed: Bool) throws {
        if isConfirmed { return }
        guard traits.isInputTerminal, traits.isErrorTerminal else {
            throw Failure(
                .usage, "usage.unconfirmed", "\(question): not confirmed",
                hint: "there is no terminal to ask at; confirm with --yes")
        }
        try? talk.write(Array("\(SafeText.oneLine(question))? [y/N] ".utf8))
        let answer = readLine()
        try Interruption.check()
        guard let answer, ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.negative, "unconfirmed", "nothing was changed")
        }
    }
}

extension Console {
    /// A console in memory, for tests.
    package static func captured(
        traits: Traits = Traits(), clocks: Clocks, answers: [String] = []
    ) -> (Console, output: () -> String, talk: () -> String) {
        let (output, talk) = (MemorySink(), MemorySink())
        var answers = answers[...]
        let console = Console(
            output: output, talk: talk, traits: traits, clocks: clocks,
            readLine: { answers.popFirst() })
        return (console, { output.text }, { talk.text })
    }
}
