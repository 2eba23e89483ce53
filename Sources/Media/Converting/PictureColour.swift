internal import CFFmpeg
import WebRTC

/// What the numbers of our own pictures mean: BT.709 for high definition, BT.601 below, as players
/// take it where nobody says.
enum PictureColour {
    case bt709
    case bt601

    static func of(_ size: PictureSize) -> PictureColour { size.height >= 720 ? .bt709 : .bt601 }

    func set(_ codec: UnsafeMutablePointer<AVCodecContext>) {
        unsafe codec.pointee.color_range = AVCOL_RANGE_MPEG
        switch self {
        case .bt709:
            unsafe codec.pointee.colorspace = AVCOL_SPC_BT709
            unsafe codec.pointee.color_primaries = AVCOL_PRI_BT709
            unsafe codec.pointee.color_trc = AVCOL_TRC_BT709
        case .bt601:
            unsafe codec.pointee.colorspace = AVCOL_SPC_SMPTE170M
            unsafe codec.pointee.color_primaries = AVCOL_PRI_SMPTE170M
            unsafe codec.pointee.color_trc = AVCOL_TRC_SMPTE170M
        }
    }

    /// The matrix, by swscale's numbers.
    var matrix: Int32 {
        switch self {
        case .bt709: SWS_CS_ITU709
        case .bt601: SWS_CS_ITU601
        }
    }

    /// What a decoded frame says, or what its size suggests.
    init(_ frame: UnsafePointer<AVFrame>) {
        switch unsafe frame.pointee.colorspace {
        case AVCOL_SPC_BT709: self = .bt709
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: self = .bt601
        default: self = unsafe frame.pointee.height >= 720 ? .bt709 : .bt601
        }
    }
}
