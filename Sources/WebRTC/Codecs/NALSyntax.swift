/// What the NAL units of a codec are: their header, and the meaning of their types.
package enum NALSyntax: Sendable, Hashable {
    /// ITU-T H.264 table 7-1.
    case h264
    /// ITU-T H.265 table 7-1.
    case h265

    package var headerLength: Int { self == .h264 ? 1 : 2 }

    package func type(firstByte: UInt8) -> UInt8 {
        self == .h264 ? firstByte & 0x1F : firstByte >> 1 & 0x3F
    }

    /// What a unit is to us.
    package func role(of type: UInt8) -> NALRole {
        switch self {
        case .h264: Self.h264Role(type)
        case .h265: Self.h265Role(type)
        }
    }

    private static func h264Role(_ type: UInt8) -> NALRole {
        switch type {
        case 1...4: .slice
        case 5: .keySlice
        case 7: .sequenceParameters
        case 8: .pictureParameters
        case 9: .delimiter
        case 12: .filler
        case 6, 10...11, 13...23: .other
        default: .unusable
        }
    }

    private static func h265Role(_ type: UInt8) -> NALRole {
        switch type {
        case 0...15, 24...31: .slice
        case 16...23: .keySlice
        case 32: .videoParameters
        case 33: .sequenceParameters
        case 34: .pictureParameters
        case 35: .delimiter
        case 38: .filler
        case 36...37, 39...47: .other
        default: .unusable
        }
    }
}

/// What a NAL unit is for.
package enum NALRole: Sendable, Hashable {
    case slice
    /// A slice of a picture that decoding can begin with: IDR, or any IRAP of H.265.
    case keySlice
    case videoParameters
    case sequenceParameters
    case pictureParameters
    case delimiter
    case filler
    case other
    /// A type that payload formats use for themselves, so that it can't travel.
    case unusable

    package var isPicture: Bool { self == .slice || self == .keySlice }

    package var isParameterSet: Bool {
        switch self {
        case .videoParameters, .sequenceParameters, .pictureParameters: true
        case .slice, .keySlice, .delimiter, .filler, .other, .unusable: false
        }
    }
}
