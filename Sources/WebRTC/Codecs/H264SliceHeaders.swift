import Primitives

/// How long the headers of slices of H.264 are, by the parameter sets that they refer to
/// (ITU-T H.264 7.3.3): for whoever must leave them in clear.
package struct H264SliceHeaders: Sendable {
    private struct Picture: Sendable {
        let identifier: Int
        let sequence: H264SequenceParameters
        var isArithmetic = false
        var hasBottomOrder = false
        /// Of the first list of references, and of the second.
        var references = [1, 1]
        var isWeighted = false
        var bidirectionalWeights: UInt32 = 0
        var hasFilterControl = false
        var hasRedundantPictures = false
    }

    private let pictures: [Picture]

    /// Pictures in a list of references, and commands to a list, in one slice.
    private static let maximumReferences = 32
    private static let maximumCommands = 66

    package init(_ configuration: AVCConfiguration) {
        let sequences = configuration.sequenceParameters.compactMap {
            H264SequenceParameters($0.span)
        }
        pictures = configuration.pictureParameters.compactMap { unit in
            try? Self.picture(unit.span, sequences)
        }
    }

    /// Bytes from the unit's first on, up to where a byte begins that holds nothing of the header;
    /// nil where it can't be told.
    package func length(of unit: Span<UInt8>) -> Int? {
        guard unit.count > 1 else { return nil }
        var bits = CodecBits(unit.extracting(1..<unit.count), removesPrevention: true)
        guard (try? read(&bits, unit[0])) != nil else { return nil }
        return 1 + bits.consumedBytes
    }

    // MARK: - Picture parameter sets

    private static func picture(
        _ unit: Span<UInt8>, _ sequences: [H264SequenceParameters]
    ) throws(BitsExhausted) -> Picture {
        guard unit.count > 1, unit[0] & 0x1F == 8 else { throw BitsExhausted() }
        var bits = CodecBits(unit.extracting(1..<unit.count), removesPrevention: true)
        let identifier = try bits.golomb(atMost: 255)
        let number = try bits.golomb(atMost: 31)
        guard let sequence = sequences.first(where: { $0.identifier == number }) else {
            throw BitsExhausted()
        }
        var picture = Picture(identifier: identifier, sequence: sequence)
        picture.isArithmetic = try bits.bit()
        picture.hasBottomOrder = try bits.bit()
        // Groups of slices are not read.
        guard try bits.golomb() == 0 else { throw BitsExhausted() }
        for list in 0..<2 { picture.references[list] = try bits.golomb(atMost: 31) + 1 }
        picture.isWeighted = try bits.bit()
        picture.bidirectionalWeights = try bits.read(2)
        for _ in 0..<3 { _ = try bits.signedGolomb() }
        picture.hasFilterControl = try bits.bit()
        try bits.skip(1)
        picture.hasRedundantPictures = try bits.bit()
        return picture
    }

    // MARK: - Slices

    @_lifetime(bits: copy bits)
    private func read(_ bits: inout CodecBits, _ first: UInt8) throws(BitsExhausted) {
        _ = try bits.golomb()
        // 0 P, 1 B, 2 I, 3 SP, 4 SI.
        let type = try bits.golomb(atMost: 9) % 5
        let identifier = try bits.golomb(atMost: 255)
        guard let picture = pictures.first(where: { $0.identifier == identifier }) else {
            throw BitsExhausted()
        }
        let isIDR = first & 0x1F == 5
        try Self.readOrder(&bits, picture, isIDR: isIDR)
        if picture.hasRedundantPictures { _ = try bits.golomb() }
        if type != 2, type != 4 {
            try Self.readReferences(&bits, picture, isBidirectional: type == 1)
        }
        if first & 0x60 != 0 { try Self.readMarking(&bits, isIDR: isIDR) }
        if picture.isArithmetic, type != 2, type != 4 { _ = try bits.golomb(atMost: 2) }
        _ = try bits.signedGolomb()
        if type == 3 { try bits.skip(1) }
        if type == 3 || type == 4 { _ = try bits.signedGolomb() }
        if picture.hasFilterControl, try bits.golomb(atMost: 2) != 1 {
            _ = try bits.signedGolomb()
            _ = try bits.signedGolomb()
        }
    }

    @_lifetime(bits: copy bits)
    private static func readOrder(
        _ bits: inout CodecBits, _ picture: Picture, isIDR: Bool
    ) throws(BitsExhausted) {
        let syntax = picture.sequence.slices
        if syntax.hasSeparatePlanes { try bits.skip(2) }
        try bits.skip(syntax.frameNumberBits)
        var isField = false
        if !picture.sequence.isFramesOnly {
            isField = try bits.bit()
            if isField { try bits.skip(1) }
        }
        if isIDR { _ = try bits.golomb(atMost: 65_535) }
        let hasBottom = picture.hasBottomOrder && !isField
        if picture.sequence.pictureOrderType == 0 {
            try bits.skip(syntax.orderBits)
            if hasBottom { _ = try bits.signedGolomb() }
        } else if picture.sequence.pictureOrderType == 1, !syntax.omitsOrderDeltas {
            _ = try bits.signedGolomb()
            if hasBottom { _ = try bits.signedGolomb() }
        }
    }

    /// Which pictures are predicted from, in which order, and with which weights.
    @_lifetime(bits: copy bits)
    private static func readReferences(
        _ bits: inout CodecBits, _ picture: Picture, isBidirectional: Bool
    ) throws(BitsExhausted) {
        if isBidirectional { try bits.skip(1) }
        let lists = isBidirectional ? 2 : 1
        var counts = picture.references
        if try bits.bit() {
            for list in 0..<lists { counts[list] = try bits.golomb(atMost: 31) + 1 }
        }
        for _ in 0..<lists where try bits.bit() {
            var commands = 0
            while try bits.golomb(atMost: 5) != 3 {
                _ = try bits.golomb()
                commands += 1
                guard commands <= maximumCommands else { throw BitsExhausted() }
            }
        }
        let isWeighted =
            isBidirectional ? picture.bidirectionalWeights == 1 : picture.isWeighted
        guard isWeighted else { return }
        let hasChroma =
            picture.sequence.chromaFormat != 0 && !picture.sequence.slices.hasSeparatePlanes
        _ = try bits.golomb(atMost: 7)
        if hasChroma { _ = try bits.golomb(atMost: 7) }
        for list in 0..<lists {
            for _ in 0..<min(counts[list], maximumReferences) {
                if try bits.bit() { for _ in 0..<2 { _ = try bits.signedGolomb() } }
                if hasChroma, try bits.bit() { for _ in 0..<4 { _ = try bits.signedGolomb() } }
            }
        }
    }

    /// What becomes of the pictures that were kept.
    @_lifetime(bits: copy bits)
    private static func readMarking(
        _ bits: inout CodecBits, isIDR: Bool
    ) throws(BitsExhausted) {
        guard !isIDR else { return try bits.skip(2) }
        guard try bits.bit() else { return }
        for _ in 0..<maximumCommands {
            switch try bits.golomb(atMost: 6) {
            case 0: return
            case 3:
                _ = try bits.golomb()
                _ = try bits.golomb()
            case 5: break
            default: _ = try bits.golomb()
            }
        }
        throw BitsExhausted()
    }
}
