import Primitives

/// What `AudioSpecificConfig` says of AAC (ISO/IEC 14496-3 1.6.2.1).
package struct AACConfiguration: Sendable, Hashable {
    /// 2 is AAC-LC, 5 HE-AAC, 29 HE-AAC v2; what `mp4a.40.` is followed by.
    package let objectType: Int
    /// Of the core, which is what frames are counted in.
    package let sampleRate: Int
    /// Of what comes out, where spectral band replication is said; else that of the core.
    package let outputRate: Int
    /// Zero where they are described elsewhere.
    package let channels: Int
    /// Samples of the core in a frame: 1024, or 960.
    package let frameLength: Int

    package var hasBandReplication: Bool { objectType == 5 || objectType == 29 }

    private static let rates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8000, 7350,
    ]

    package init?(parsing bytes: Span<UInt8>) {
        var bits = Bits(bytes)
        var type = Self.objectType(&bits)
        guard let rate = Self.rate(&bits) else { return nil }
        let channels = bits.read(4)
        var output = rate
        var outer = type
        if type == 5 || type == 29 {
            guard let extended = Self.rate(&bits) else { return nil }
            output = extended
            type = Self.objectType(&bits)
        }
        let isShort = bits.read(1) == 1
        guard !bits.isBeyondEnd, 1...46 ~= type else { return nil }
        if outer == type, type == 2, channels > 0 {
            // dependsOnCoreCoder and extensionFlag, then what older decoders pass over.
            if bits.read(1) == 1 { _ = bits.read(14) }
            _ = bits.read(1)
            if bits.left >= 16, bits.read(11) == 0x2B7, Self.objectType(&bits) == 5,
                bits.read(1) == 1, let extended = Self.rate(&bits)
            {
                output = extended
                outer = bits.left >= 12 && bits.read(11) == 0x548 && bits.read(1) == 1 ? 29 : 5
            }
        }
        objectType = outer
        sampleRate = rate
        outputRate = output
        self.channels = channels == 7 ? 8 : channels <= 6 ? channels : 0
        frameLength = isShort ? 960 : 1024
    }

    private static func objectType(_ bits: inout Bits) -> Int {
        let type = bits.read(5)
        return type == 31 ? 32 + bits.read(6) : type
    }

    private static func rate(_ bits: inout Bits) -> Int? {
        let index = bits.read(4)
        if index == 15 {
            let rate = bits.read(24)
            return rate > 0 ? rate : nil
        }
        return index < rates.count ? rates[index] : nil
    }

    /// A cursor over bits; beyond the end they are zero.
    private struct Bits: ~Escapable {
        private let bytes: Span<UInt8>
        private var position = 0

        @_lifetime(copy bytes)
        init(_ bytes: Span<UInt8>) { self.bytes = bytes }

        var left: Int { 8 * bytes.count - position }
        var isBeyondEnd: Bool { left < 0 }

        @_lifetime(self: copy self)
        mutating func read(_ count: Int) -> Int {
            var value = 0
            for _ in 0..<count {
                let bit =
                    position / 8 < bytes.count
                    ? bytes[position / 8] >> UInt8(7 - position % 8) & 1 : 0
                value = value << 1 | Int(bit)
                position += 1
            }
            return value
        }
    }
}
