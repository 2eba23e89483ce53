import Primitives

/// H.265: single units, aggregation packets and fragments (RFC 7798), without decoding order
/// numbers: `sprop-max-don-diff` is not offered.
extension Depacketiser {
    mutating func takeH265(_ payload: Span<UInt8>) -> Bool {
        guard payload.count >= 2 else { return false }
        switch payload[0] >> 1 & 0x3F {
        case H265PayloadType.aggregation: return takeAggregate(payload, from: 2)
        case H265PayloadType.fragment: return takeH265Fragment(payload)
        default: return takeUnit(payload)
        }
    }

    private mutating func takeH265Fragment(_ payload: Span<UInt8>) -> Bool {
        guard payload.count > 3 else { return false }
        let content = payload.extracting(3..<payload.count)
        if payload[2] & 0x80 != 0 {
            let first = payload[0] & 0x81 | (payload[2] & 0x3F) << 1
            guard beginUnit(first, payload[1], content) else { return false }
        } else {
            guard buffer.openUnit != nil, buffer.append(content) else { return false }
        }
        return payload[2] & 0x40 == 0 || endUnit()
    }
}
