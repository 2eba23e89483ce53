import Media

/// What the bytes of a piece say of themselves before anything is decoded.
enum PieceShape: Sendable, Equatable {
    case whole(MemoryContainer)
    /// Its last packet or box ends beyond its bytes.
    case truncated(MemoryContainer)
    case unknown

    init(of bytes: [UInt8]) {
        guard let container = MemoryContainer(of: bytes) else {
            self = .unknown
            return
        }
        let isWhole =
            switch container {
            case .transport: bytes.count.isMultiple(of: 188)
            case .mp4: Self.hasWholeBoxes(bytes)
            case .adts: true
            }
        self = isWhole ? .whole(container) : .truncated(container)
    }

    private static func hasWholeBoxes(_ bytes: [UInt8]) -> Bool {
        var place = 0
        var hasFragment = false
        var hasMedia = false
        while place < bytes.count {
            guard place + 8 <= bytes.count else { return false }
            var size = number(bytes, place, 4)
            let name = bytes[place + 4..<place + 8]
            if name.elementsEqual("moof".utf8) { hasFragment = true }
            if name.elementsEqual("mdat".utf8) { hasMedia = true }
            if size == 1 {
                guard place + 16 <= bytes.count else { return false }
                size = number(bytes, place + 8, 8)
            } else if size == 0 {
                // Up to the end, whatever that is.
                return true
            }
            guard size >= 8, size <= bytes.count - place else { return false }
            place += size
        }
        return hasMedia || !hasFragment
    }

    /// Saturates far beyond what a piece may have.
    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
        let value = bytes[start..<start + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: value)
    }
}
