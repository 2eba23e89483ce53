import Primitives

/// H.264: single units, STAP-A and FU-A (RFC 6184); the interleaved modes are not offered.
extension Depacketiser {
    mutating func takeH264(_ payload: Span<UInt8>) -> Bool {
        switch payload[0] & 0x1F {
        case 1...23: takeUnit(payload)
        case H264PayloadType.aggregationA: takeAggregate(payload, from: 1)
        case H264PayloadType.fragmentA: takeH264Fragment(payload)
        default: false
        }
    }

    private mutating func takeH264Fragment(_ payload: Span<UInt8>) -> Bool {
        guard payload.count > 2 else { return false }
        let content = payload.extracting(2..<payload.count)
        if payload[1] & 0x80 != 0 {
            guard beginUnit(payload[0] & 0xE0 | payload[1] & 0x1F, nil, content) else {
                return false
            }
        } else {
            guard buffer.openUnit != nil, buffer.append(content) else { return false }
        }
        return payload[1] & 0x40 == 0 || endUnit()
    }
}
