import Primitives

/// H.264's `profile-level-id`: what a decoder must be able to do (RFC 6184 8.1).
package struct H264ProfileLevel: Sendable, Hashable {
    package let profileIDC: UInt8
    package let constraints: UInt8
    package let levelIDC: UInt8

    package init(profileIDC: UInt8, constraints: UInt8, levelIDC: UInt8) {
        self.profileIDC = profileIDC
        self.constraints = constraints
        self.levelIDC = levelIDC
    }

    /// Six hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.utf8.compactMap(\.hexDigitValue)
        guard text.utf8.count == 6, digits.count == 6 else { return nil }
        self.init(
            profileIDC: digits[0] << 4 | digits[1], constraints: digits[2] << 4 | digits[3],
            levelIDC: digits[4] << 4 | digits[5])
    }

    package static let constrainedBaseline = H264ProfileLevel(
        profileIDC: 0x42, constraints: 0xE0, levelIDC: 31)
    package static let baseline = H264ProfileLevel(
        profileIDC: 0x42, constraints: 0x00, levelIDC: 31)
    package static let main = H264ProfileLevel(profileIDC: 0x4D, constraints: 0, levelIDC: 31)
    package static let constrainedHigh = H264ProfileLevel(
        profileIDC: 0x64, constraints: 0x0C, levelIDC: 31)
    package static let high = H264ProfileLevel(profileIDC: 0x64, constraints: 0, levelIDC: 31)

    package var text: String {
        [profileIDC, constraints, levelIDC].map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The rows of RFC 6184's table 5: several spellings are the same profile.
    private static let table: [(idc: UInt8, mask: UInt8, value: UInt8, profile: Profile)] = [
        (0x42, 0x4F, 0x40, .constrainedBaseline), (0x4D, 0x8F, 0x80, .constrainedBaseline),
        (0x58, 0xCF, 0xC0, .constrainedBaseline), (0x42, 0x4F, 0x00, .baseline),
        (0x58, 0xCF, 0x80, .baseline), (0x4D, 0xAF, 0x00, .main), (0x58, 0xCF, 0x00, .extended),
        (0x64, 0xFF, 0x00, .high), (0x64, 0xFF, 0x0C, .constrainedHigh),
        (0x6E, 0xFF, 0x00, .high10), (0x7A, 0xFF, 0x00, .high422), (0xF4, 0xFF, 0x00, .high444),
    ]

    private enum Profile: Equatable {
        case constrainedBaseline, baseline, main, extended, high, constrainedHigh, high10
        case high422, high444
        case unlisted(idc: UInt8, constraints: UInt8)
    }

    private var profile: Profile {
        let row = Self.table.first { $0.idc == profileIDC && constraints & $0.mask == $0.value }
        return row?.profile ?? .unlisted(idc: profileIDC, constraints: constraints)
    }

    package func isSameProfile(as other: H264ProfileLevel) -> Bool { profile == other.profile }

    /// Orders levels: 1b lies between 1 and 1.1, and is written in two ways.
    private var levelRank: Int {
        let isLow = profileIDC == 0x42 || profileIDC == 0x4D || profileIDC == 0x58
        let is1b = levelIDC == 9 || levelIDC == 11 && isLow && constraints & 0x10 != 0
        return is1b ? 21 : Int(levelIDC) * 2
    }

    /// What both ends can do where levels must be the same (RFC 6184 8.2.2).
    package func lower(of other: H264ProfileLevel) -> H264ProfileLevel {
        other.levelRank < levelRank ? other : self
    }
}
