/// A box within bytes: its type, and where its content lies.
package struct BoxPlace: Sendable, Hashable {
    package let type: BoxType
    package let content: Range<Int>
    /// Where the box begins, with its header.
    package let start: Int

    package var whole: Range<Int> { start..<content.upperBound }
}

/// A walk over the boxes that stand one after another in a part of bytes.
///
/// It ends at the first box that does not fit, and says so.
package struct BoxWalk: Sendable {
    private var position: Int
    private let end: Int
    /// Whether bytes that are no box were met.
    package private(set) var isBroken = false

    package init(_ part: Range<Int>) {
        position = part.lowerBound
        end = part.upperBound
    }

    /// The next box; nil at the end. `bytes` are the same in each call.
    package mutating func next(in bytes: Span<UInt8>) -> BoxPlace? {
        guard end - position >= 8 else {
            // QuickTime ends some lists with four zeros.
            if end - position > 4 { isBroken = true }
            return nil
        }
        var size = UInt64(bytes.number32(position))
        var header = 8
        if size == 1 {
            guard end - position >= 16 else { return fail() }
            size = bytes.number64(position + 8)
            header = 16
        } else if size == 0 {
            size = UInt64(end - position)
        }
        guard size >= UInt64(header), size <= UInt64(end - position) else { return fail() }
        let start = position
        position += Int(size)
        return BoxPlace(
            type: BoxType(bytes.number32(start + 4)), content: start + header..<position,
            start: start)
    }

    private mutating func fail() -> BoxPlace? {
        isBroken = true
        position = end
        return nil
    }

    /// The first box of a type in a part.
    package static func first(
        _ type: BoxType, in part: Range<Int>, of bytes: Span<UInt8>
    ) -> BoxPlace? {
        var walk = BoxWalk(part)
        while let box = walk.next(in: bytes) {
            if box.type == type { return box }
        }
        return nil
    }
}
