import Primitives

/// Bytes in, whole requests out, by RFC 9112; what is doubtful is refused.
///
/// How the bytes were split never changes what comes out. After a problem the connection is done:
/// the same problem comes again.
package struct HTTPRequestParser: ~Copyable {
    /// Which deadline applies to what is being waited for.
    package enum Phase: Sendable, Equatable {
        case idle
        case head
        case body
    }

    private enum State {
        case requestLine
        case fields
        case length(missing: Int)
        case chunkSize
        case chunkBytes(missing: Int)
        case chunkEnd
        case trailers
        case failed(HTTPProblem)
    }

    private let limits: HTTPLimits
    private var state = State.requestLine
    /// Beside the state and not in it, so that fields are appended in place.
    private var head = HTTPHead()
    private var buffer: [UInt8] = []
    private var position = 0
    /// No line end lies between `position` and here.
    private var searched = 0
    private var emptyLines = 0
    private var body: [UInt8] = []

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    package var phase: Phase {
        switch state {
        case .requestLine: position == buffer.count ? .idle : .head
        case .fields, .failed: .head
        case .length, .chunkSize, .chunkBytes, .chunkEnd, .trailers: .body
        }
    }

    /// The caller reads no more while it has not taken the requests that have come, which bounds
    /// what is kept here.
    package mutating func add(_ bytes: Span<UInt8>) {
        if position > 0 {
            buffer.removeFirst(position)
            searched -= position
            position = 0
        }
        buffer.append(bytes)
    }

    /// The next thing that the bytes hold; call until `starved`.
    package mutating func next() throws(HTTPProblem) -> HTTPRequestEvent {
        do {
            while true {
                if let event = try step() { return event }
            }
        } catch {
            state = .failed(error)
            buffer = []
            body = []
            position = 0
            searched = 0
            throw error
        }
    }

    /// Nil when there was progress and no event.
    private mutating func step() throws(HTTPProblem) -> HTTPRequestEvent? {
        switch state {
        case .failed(let problem): throw problem
        case .requestLine: return try stepRequestLine()
        case .fields: return try stepField()
        case .length(let missing):
            let taken = takeBody(missing)
            state = .length(missing: missing - taken)
            return taken == missing ? finish() : .starved
        case .chunkSize: return try stepChunkSize()
        case .chunkBytes(let missing):
            let taken = takeBody(missing)
            state = taken == missing ? .chunkEnd : .chunkBytes(missing: missing - taken)
            return taken == missing ? nil : .starved
        case .chunkEnd:
            guard let line = try takeLine(limit: 0, problem: .badChunk) else { return .starved }
            guard line.isEmpty else { throw .badChunk }
            state = .chunkSize
            return nil
        case .trailers: return try stepTrailer()
        }
    }

    private mutating func stepRequestLine() throws(HTTPProblem) -> HTTPRequestEvent? {
        let limit = limits.requestLineBytes
        guard let line = try takeLine(limit: limit, problem: .targetTooLong) else {
            return .starved
        }
        if line.isEmpty {
            emptyLines += 1
            guard emptyLines <= HTTPLimits.leadingEmptyLines else { throw .badRequestLine }
            return nil
        }
        emptyLines = 0
        head = try HTTPHead(requestLine: line)
        state = .fields
        return nil
    }

    private mutating func stepField() throws(HTTPProblem) -> HTTPRequestEvent? {
        let limit = limits.headerBytes - head.bytes
        guard let line = try takeLine(limit: limit, problem: .headerTooLarge) else {
            return .starved
        }
        guard line.isEmpty else {
            try head.add(line, limits: limits)
            return nil
        }
        let framing = try head.finish()
        let hasExpectation = try head.expectsContinue()
        switch framing {
        case .length(let length):
            guard length <= limits.bodyBytes else { throw .bodyTooLarge }
            state = .length(missing: length)
            return hasExpectation && length > 0 ? .expectsContinue : nil
        case .chunked:
            state = .chunkSize
            return hasExpectation ? .expectsContinue : nil
        }
    }

    private mutating func stepChunkSize() throws(HTTPProblem) -> HTTPRequestEvent? {
        guard let line = try takeLine(limit: HTTPLimits.chunkLineBytes, problem: .badChunk) else {
            return .starved
        }
        var size = 0
        var digits = 0
        for byte in line {
            guard let value = byte.hexDigitValue else { break }
            digits += 1
            guard digits <= HTTPLimits.chunkSizeDigits else { throw .bodyTooLarge }
            size = size << 4 | Int(value)
        }
        let rest = line.dropFirst(digits)
        guard digits > 0, rest.isEmpty || rest.first == UInt8(ascii: ";"),
            rest.allSatisfy(\.isFieldByte)
        else { throw .badChunk }
        // Extensions say nothing to us; they count as header bytes, lest they be unbounded.
        head.bytes += rest.count
        guard head.bytes <= limits.headerBytes else { throw .headerTooLarge }
        guard size <= limits.bodyBytes - body.count else { throw .bodyTooLarge }
        state = size == 0 ? .trailers : .chunkBytes(missing: size)
        return nil
    }

    /// Trailers are checked as fields are, and dropped: they must not change a head (RFC 9110 6.5).
    private mutating func stepTrailer() throws(HTTPProblem) -> HTTPRequestEvent? {
        let limit = limits.headerBytes - head.bytes
        guard let line = try takeLine(limit: limit, problem: .headerTooLarge) else {
            return .starved
        }
        if line.isEmpty { return finish() }
        var trailer = head
        try trailer.add(line, limits: limits)
        head.bytes = trailer.bytes
        return nil
    }

    private mutating func finish() -> HTTPRequestEvent {
        let request = HTTPRequest(
            method: head.method, target: head.target, fields: head.fields, body: body)
        let incoming = IncomingRequest(
            request: request, version: head.version, keepsAlive: head.keepsAlive)
        head = HTTPHead()
        body = []
        state = .requestLine
        return .request(incoming)
    }

    private mutating func takeBody(_ wanted: Int) -> Int {
        let count = min(wanted, buffer.count - position)
        body.append(contentsOf: buffer[position..<position + count])
        position += count
        searched = position
        return count
    }

    /// The next line without its CR LF, or nil when it is not whole; at most `limit` bytes.
    private mutating func takeLine(
        limit: Int, problem: HTTPProblem
    ) throws(HTTPProblem) -> ArraySlice<UInt8>? {
        guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            // One byte more may be the CR.
            guard buffer.count - position <= limit + 1 else { throw problem }
            searched = buffer.count
            return nil
        }
        guard end - position <= limit + 1 else { throw problem }
        guard end > position, buffer[end - 1] == UInt8(ascii: "\r") else { throw .badLineEnd }
        let line = buffer[position..<end - 1]
        guard !line.contains(UInt8(ascii: "\r")) else { throw .badLineEnd }
        position = end + 1
        searched = position
        return line
    }
}
