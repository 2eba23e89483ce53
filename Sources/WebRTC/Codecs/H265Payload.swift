/// The types of payloads that are not a NAL unit of their own (RFC 7798 4.4).
enum H265PayloadType {
    static let aggregation: UInt8 = 48
    static let fragment: UInt8 = 49
}

/// The header of an aggregation packet: the lowest layer and temporal number of its units.
struct H265Aggregation {
    private var forbidden: UInt8 = 0
    private var layer: UInt8 = 63
    private var temporal: UInt8 = 7

    mutating func add(_ first: UInt8, _ second: UInt8) {
        forbidden |= first & 0x80
        layer = min(layer, (first & 1) << 5 | second >> 3)
        temporal = min(temporal, second & 0x07)
    }

    var first: UInt8 { forbidden | H265PayloadType.aggregation << 1 | layer >> 5 }
    var second: UInt8 { (layer & 0x1F) << 3 | temporal }
}
