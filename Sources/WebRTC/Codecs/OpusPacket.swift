/// What the first byte of an Opus packet tells (RFC 6716 3.1).
package enum OpusPacket {
    /// How long the packet sounds, in ticks of 48 kHz; nil for what is none.
    package static func duration(_ packet: Span<UInt8>) -> Int? {
        guard let first = packet.first else { return nil }
        let configuration = Int(first >> 3)
        let frame =
            switch configuration {
            // SILK of 10, 20, 40, 60 ms; hybrid of 10, 20; CELT of 2.5, 5, 10, 20.
            case 0..<12: [480, 960, 1920, 2880][configuration % 4]
            case 12..<16: [480, 960][configuration % 2]
            default: [120, 240, 480, 960][configuration % 4]
            }
        let count: Int
        switch first & 0x03 {
        case 0: count = 1
        case 1, 2: count = 2
        default:
            guard packet.count > 1 else { return nil }
            count = Int(packet[1] & 0x3F)
        }
        // No packet holds more than 120 ms.
        return count > 0 && count * frame <= 5760 ? count * frame : nil
    }
}
