/// The types of payloads that are not a NAL unit of their own (RFC 6184 table 1).
enum H264PayloadType {
    static let aggregationA: UInt8 = 24
    static let fragmentA: UInt8 = 28
}

/// The header of a STAP-A: the forbidden bit if any unit has it, the highest importance.
struct H264Aggregation {
    private var forbidden: UInt8 = 0
    private var importance: UInt8 = 0

    mutating func add(_ header: UInt8) {
        forbidden |= header & 0x80
        importance = max(importance, header & 0x60)
    }

    var byte: UInt8 { forbidden | importance | H264PayloadType.aggregationA }
}
