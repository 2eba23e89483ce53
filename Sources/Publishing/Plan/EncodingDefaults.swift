import Media
import WebRTC

/// What is encoded to where nobody says anything else.
enum EncodingDefaults {
    static let keyframeInterval: Duration = .seconds(2)
    static let sound = 128_000
    /// Nobody films faster in order to send it; a rate above is halved by the encoder's aim.
    static let highestRate = 60.0
    /// Bits that a pixel of a talking person takes at 30 pictures a second.
    private static let bitsPerPixel = 0.09
    private static let bounds = 150_000.0...12_000_000.0

    /// Bits per second for a size: 2.5 Mbit/s for 720p30; a higher rate costs less than its share.
    static func bitRate(_ size: PictureSize, _ rate: FrameRate) -> Int {
        let pixels = Double(size.width) * Double(size.height)
        let frames = rate.framesPerSecond
        let perSecond = frames <= 30 ? frames : 30 + (frames - 30) / 2
        let bits = pixels * perSecond * bitsPerPixel
        return Int(min(max(bits, bounds.lowerBound), bounds.upperBound) / 10_000) * 10_000
    }

    /// Both sides even, as 4:2:0 wants them, and none of them nothing.
    static func even(_ size: PictureSize) -> PictureSize {
        PictureSize(width: max(16, size.width & ~1), height: max(16, size.height & ~1))
    }

    /// Macroblocks of a picture and in a second that levels of H.264 allow (table A-1).
    private static let levels: [(level: UInt8, perPicture: Int, perSecond: Double)] = [
        (31, 3_600, 108_000), (32, 5_120, 216_000), (40, 8_192, 245_760), (42, 8_704, 522_240),
        (50, 22_080, 589_824), (51, 36_864, 983_040), (52, 36_864, 2_073_600),
    ]

    static func h264(
        _ profile: VideoEncoding.H264Profile, _ size: PictureSize, _ rate: FrameRate
    ) -> CodecFormat {
        let blocks = ((size.width + 15) / 16) * ((size.height + 15) / 16)
        let level =
            levels.first {
                blocks <= $0.perPicture && Double(blocks) * rate.framesPerSecond <= $0.perSecond
            }?.level ?? 52
        let named: H264ProfileLevel =
            switch profile {
            case .baseline: .constrainedBaseline
            case .main: .main
            case .high: .high
            }
        return .h264(
            H264ProfileLevel(
                profileIDC: named.profileIDC, constraints: named.constraints, levelIDC: level))
    }

    static func format(_ aim: VideoAim) -> CodecFormat {
        switch aim.codec {
        case .h265: .h265
        case .vp8: .vp8
        case .vp9: .vp9(profile: 0)
        case .av1: .av1
        default: h264(aim.profile, aim.size, aim.frameRate)
        }
    }
}
