/// A walk over the NAL units that begin in one payload of H.264 or H.265.
package struct PayloadUnits: Sendable {
    /// A unit that begins in the payload.
    package struct Unit: Sendable, Hashable {
        package let role: NALRole
        package let type: UInt8
        /// Where it lies with its header; of a fragment, where its content lies.
        package let range: Range<Int>
        package let isFragment: Bool
    }

    private let syntax: NALSyntax
    private var position = 0

    package init(_ codec: Codec) {
        syntax = codec.nalSyntax ?? .h264
    }

    /// The next unit; nil at the end, and where the rest is malformed.
    package mutating func next(in payload: Span<UInt8>) -> Unit? {
        let header = syntax.headerLength
        guard payload.count > header else { return nil }
        switch (syntax, syntax.type(firstByte: payload[0])) {
        case (.h264, H264PayloadType.aggregationA), (.h265, H265PayloadType.aggregation):
            return nextOfAggregate(payload)
        case (.h264, H264PayloadType.fragmentA), (.h265, H265PayloadType.fragment):
            guard position == 0, payload.count > header + 1, payload[header] & 0x80 != 0 else {
                return nil
            }
            position = payload.count
            let type = payload[header] & (syntax == .h264 ? 0x1F : 0x3F)
            return Unit(
                role: syntax.role(of: type), type: type, range: header + 1..<payload.count,
                isFragment: true)
        case (_, let type):
            guard position == 0 else { return nil }
            position = payload.count
            return Unit(
                role: syntax.role(of: type), type: type, range: 0..<payload.count,
                isFragment: false)
        }
    }

    private mutating func nextOfAggregate(_ payload: Span<UInt8>) -> Unit? {
        if position == 0 { position = syntax.headerLength }
        while payload.count - position >= 2 {
            let length = Int(payload.uint16(at: position))
            let start = position + 2
            guard length <= payload.count - start else { return nil }
            position = start + length
            guard length >= syntax.headerLength else { continue }
            let type = syntax.type(firstByte: payload[start])
            return Unit(
                role: syntax.role(of: type), type: type, range: start..<position,
                isFragment: false)
        }
        return nil
    }
}
