/// Cuts a stream of bytes into lines, whatever pieces it arrives in.
///
/// Feed it with `add`, say `finish` at the end, and call `advance` until it says `.starved`.
/// A line ends with LF or CRLF, which are not part of it; the last one needs neither.
package struct LineReader: ~Copyable {
    package enum Step: Equatable {
        case line
        /// More bytes are needed, or, after `finish`, there are no more lines.
        case starved
        /// A line above the limit was passed over; only its number is left.
        case tooLong
    }

    /// The limit on one line: a row of a catalogue has no business being longer.
    package let maximumLength: Int
    /// The number of the current line, counted from 1.
    package private(set) var number = 0

    private var buffer: [UInt8] = []
    private var current = 0..<0
    private var unread = 0
    private var scanned = 0
    private var isFinished = false
    private var isSkipping = false

    package init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    /// The line that `advance` found. Valid until the next call.
    package var line: Span<UInt8> {
        @_lifetime(borrow self)
        get { buffer.span.extracting(current) }
    }

    package mutating func add(_ bytes: [UInt8]) {
        buffer.removeSubrange(..<unread)
        scanned -= unread
        unread = 0
        current = 0..<0
        // A whole file that comes in one piece is not copied.
        if buffer.isEmpty { buffer = bytes } else { buffer.append(contentsOf: bytes) }
    }

    package mutating func finish() {
        isFinished = true
    }

    /// Every line has been given.
    package var isAtEnd: Bool { isFinished && unread == buffer.count && !isSkipping }

    package mutating func advance() -> Step {
        guard let end = nextLineEnd() else { return starve() }
        current = unread..<end.content
        unread = end.next
        scanned = end.next
        if isSkipping {
            isSkipping = false
            return .tooLong
        }
        number += 1
        return current.count > maximumLength ? .tooLong : .line
    }

    /// Nothing more to find now. What is already longer than the limit is let go, so that a stream
    /// without line ends costs no memory.
    private mutating func starve() -> Step {
        scanned = buffer.count
        // Two more than the limit: a CR may belong to the line end.
        if buffer.count - unread > maximumLength + 2 {
            if !isSkipping { number += 1 }
            isSkipping = true
            unread = buffer.count
        }
        return .starved
    }

    private func nextLineEnd() -> (content: Int, next: Int)? {
        let newline = buffer.span.firstIndex(of: UInt8(ascii: "\n"), from: scanned)
        if let newline {
            let hasReturn = newline > unread && buffer[newline - 1] == UInt8(ascii: "\r")
            return (hasReturn ? newline - 1 : newline, newline + 1)
        }
        guard isFinished, unread < buffer.count || isSkipping else { return nil }
        return (buffer.count, buffer.count)
    }
}

extension Span<UInt8> {
    /// Where `byte` stands next, at or after `start`.
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }
}
