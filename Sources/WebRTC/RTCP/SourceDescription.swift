/// One text about one source: its type (1 is the CNAME) and its bytes.
package struct SourceText: ~Escapable {
    package static let cname: UInt8 = 1

    package let ssrc: UInt32
    package let type: UInt8
    package let text: Span<UInt8>

    @_lifetime(copy text)
    init(ssrc: UInt32, type: UInt8, text: Span<UInt8>) {
        self.ssrc = ssrc
        self.type = type
        self.text = text
    }
}

/// What sources say about themselves (RFC 3550 section 6.5); a walk over their texts.
package struct SourceDescription: ~Escapable {
    /// How many sources the packet describes.
    package let count: Int
    private let bytes: Span<UInt8>
    private var sourcesLeft: Int
    private var ssrc: UInt32?
    private var position = 0

    @_lifetime(copy bytes)
    init?(count: Int, _ bytes: Span<UInt8>) {
        self.count = count
        self.bytes = bytes
        sourcesLeft = count
        guard Self.isSound(count: count, bytes) else { return nil }
    }

    /// The next text; nil at the end.
    @_lifetime(copy self)
    package mutating func next() -> SourceText? {
        while true {
            if ssrc == nil {
                guard sourcesLeft > 0 else { return nil }
                sourcesLeft -= 1
                ssrc = bytes.uint32(at: position)
                position += 4
            }
            guard let source = ssrc else { return nil }
            if bytes[position] == 0 {
                // One zero ends the source; more of them fill to the next multiple of four.
                position = (position / 4 + 1) * 4
                ssrc = nil
                continue
            }
            let type = bytes[position]
            let start = position + 2
            position = start + Int(bytes[position + 1])
            return SourceText(ssrc: source, type: type, text: bytes.extracting(start..<position))
        }
    }

    private static func isSound(count: Int, _ bytes: Span<UInt8>) -> Bool {
        var position = 0
        for _ in 0..<count {
            guard bytes.count - position >= 8 else { return false }
            position += 4
            while true {
                guard position < bytes.count else { return false }
                if bytes[position] == 0 { break }
                guard position + 1 < bytes.count else { return false }
                position += 2 + Int(bytes[position + 1])
            }
            position = (position / 4 + 1) * 4
            guard position <= bytes.count else { return false }
        }
        return true
    }
}
