/// What stands before VP8 in a payload (RFC 7741 4.2).
package struct VP8Descriptor: Sendable, Hashable {
    package let isNonReference: Bool
    package let beginsPartition: Bool
    package let partition: UInt8
    /// Seven or fifteen bits.
    package let pictureID: UInt16?
    package let temporalZeroIndex: UInt8?
    package let temporalLayer: UInt8?
    package let isLayerSync: Bool
    package let keyIndex: UInt8?
    /// The bytes of the descriptor.
    package let length: Int

    package var beginsFrame: Bool { beginsPartition && partition == 0 }

    package init?(_ payload: Span<UInt8>) {
        guard let first = payload.first else { return nil }
        isNonReference = first & 0x20 != 0
        beginsPartition = first & 0x10 != 0
        partition = first & 0x07
        var place = 1
        var flags: UInt8 = 0
        if first & 0x80 != 0 {
            guard payload.count > place else { return nil }
            flags = payload[place]
            place += 1
        }
        var picture: UInt16?
        if flags & 0x80 != 0 {
            guard let (identifier, width) = payload.pictureID(at: place) else { return nil }
            picture = identifier
            place += width
        }
        pictureID = picture
        var zeroIndex: UInt8?
        if flags & 0x40 != 0 {
            guard payload.count > place else { return nil }
            zeroIndex = payload[place]
            place += 1
        }
        temporalZeroIndex = zeroIndex
        var layers: UInt8?
        if flags & 0x30 != 0 {
            guard payload.count > place else { return nil }
            layers = payload[place]
            place += 1
        }
        temporalLayer = flags & 0x20 != 0 ? layers.map { $0 >> 6 } : nil
        isLayerSync = flags & 0x20 != 0 && (layers ?? 0) & 0x20 != 0
        keyIndex = flags & 0x10 != 0 ? layers.map { $0 & 0x1F } : nil
        length = place
    }
}

extension Span<UInt8> {
    package var first: UInt8? { isEmpty ? nil : self[0] }

    /// A picture ID of one or two bytes, as VP8 and VP9 write it.
    func pictureID(at place: Int) -> (identifier: UInt16, width: Int)? {
        guard count > place else { return nil }
        let high = self[place]
        guard high & 0x80 != 0 else { return (UInt16(high), 1) }
        guard count > place + 1 else { return nil }
        return (UInt16(high & 0x7F) << 8 | UInt16(self[place + 1]), 2)
    }
}
