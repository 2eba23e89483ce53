/// What stands before VP9 in a payload (RFC 9628 4.2).
package struct VP9Descriptor: Sendable, Hashable {
    package let pictureID: UInt16?
    package let isInterPredicted: Bool
    package let isFlexible: Bool
    package let beginsLayerFrame: Bool
    package let endsLayerFrame: Bool
    package let temporalLayer: UInt8?
    package let spatialLayer: UInt8?
    package let isSwitchingUp: Bool
    package let isInterLayerPredicted: Bool
    /// Not a reference for upper spatial layers.
    package let isNotUpperReference: Bool
    package let temporalZeroIndex: UInt8?
    /// The size of the highest layer, where the scalability structure tells sizes.
    package let size: PictureSize?
    /// The bytes of the descriptor.
    package let length: Int

    package var beginsPicture: Bool { beginsLayerFrame && (spatialLayer ?? 0) == 0 }

    package init?(_ payload: Span<UInt8>) {
        guard let first = payload.first else { return nil }
        isInterPredicted = first & 0x40 != 0
        isFlexible = first & 0x10 != 0
        beginsLayerFrame = first & 0x08 != 0
        endsLayerFrame = first & 0x04 != 0
        isNotUpperReference = first & 0x01 != 0
        var place = 1
        var picture: UInt16?
        if first & 0x80 != 0 {
            guard let (identifier, width) = payload.pictureID(at: place) else { return nil }
            picture = identifier
            place += width
        }
        pictureID = picture
        var layers: UInt8?
        var zeroIndex: UInt8?
        if first & 0x20 != 0 {
            guard payload.count > place else { return nil }
            layers = payload[place]
            place += 1
            if first & 0x10 == 0 {
                guard payload.count > place else { return nil }
                zeroIndex = payload[place]
                place += 1
            }
        }
        temporalLayer = layers.map { $0 >> 5 }
        isSwitchingUp = (layers ?? 0) & 0x10 != 0
        spatialLayer = layers.map { $0 >> 1 & 0x07 }
        isInterLayerPredicted = (layers ?? 0) & 0x01 != 0
        temporalZeroIndex = zeroIndex
        if first & 0x50 == 0x50 {
            guard let end = Self.afterReferences(payload, place) else { return nil }
            place = end
        }
        var largest: PictureSize?
        if first & 0x02 != 0 {
            guard let structure = Self.structure(payload, place) else { return nil }
            place = structure.end
            largest = structure.size
        }
        size = largest
        length = place
    }

    /// Up to three reference differences; the lowest bit says whether another follows.
    private static func afterReferences(_ payload: Span<UInt8>, _ start: Int) -> Int? {
        for place in start..<start + 3 {
            guard place < payload.count else { return nil }
            if payload[place] & 0x01 == 0 { return place + 1 }
        }
        return nil
    }

    private static func structure(
        _ payload: Span<UInt8>, _ start: Int
    ) -> (end: Int, size: PictureSize?)? {
        guard start < payload.count else { return nil }
        let flags = payload[start]
        var place = start + 1
        var size: PictureSize?
        if flags & 0x10 != 0 {
            let layers = Int(flags >> 5) + 1
            place += 4 * layers
            guard place <= payload.count else { return nil }
            size = PictureSize(
                width: Int(payload.uint16(at: place - 4)),
                height: Int(payload.uint16(at: place - 2)))
        }
        if flags & 0x08 != 0 {
            guard place < payload.count else { return nil }
            let pictures = Int(payload[place])
            place += 1
            for _ in 0..<pictures {
                guard place < payload.count else { return nil }
                place += 1 + Int(payload[place] >> 2 & 0x03)
            }
            guard place <= payload.count else { return nil }
        }
        return (place, size)
    }
}
