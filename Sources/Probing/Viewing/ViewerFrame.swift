import Measures
import Media
import Primitives
import WebRTC

/// What is known of a frame before it is decoded.
struct ViewerFrame: Sendable {
    /// Counts the frames of a viewer, picture and sound together.
    let number: Int64
    /// The place of its m-line.
    let media: Int
    let codec: Codec
    let timestamp: UInt32
    /// When its last packet came.
    let arrival: Instant
    let bytes: Int
    let isKeyframe: Bool
    /// By the header extension of one of its packets.
    let captured: NTPTime?
    /// By the sender's reports.
    let senderTime: NTPTime?
    /// When a player shows it, but for what it waits for: on the clock that sound and picture share
    /// by the sender's reports, or else as it came.
    let shown: Instant
}

/// A coded frame on its way from the loop to the thread that decodes.
final class CarriedFrame: @unchecked Sendable {  // who has it last is the only one who reads it
    let frame: CodedFrame

    init(_ bytes: Span<UInt8>, number: Int64, isKeyframe: Bool) {
        frame = CodedFrame(
            copying: bytes, presentation: number, duration: 0, isKeyframe: isKeyframe, track: 0)
    }
}

/// What the thread that decodes tells.
enum DecodeReport: Sendable {
    case picture(DecodedPicture)
    case sound(DecodedSound)
    /// So many frames could not be decoded.
    case damaged(MediaKind, Int)
    case failed(Codec, MediaError)
    /// A picture as PNG.
    case snapshot([UInt8])
}

/// A picture, as far as it was looked at.
struct DecodedPicture: Sendable {
    let frame: ViewerFrame
    /// When its turn came, and when it was there.
    let begun: Instant
    let done: Instant
    let size: PictureSize
    let code: PatternCode?
    let sei: StampSEI?
    /// The mean luma of the test pattern's head.
    let headLuma: Double?
}

/// A sound, as far as it was listened to.
struct DecodedSound: Sendable {
    let frame: ViewerFrame
    let begun: Instant
    let done: Instant
    /// Where chirps of the test pattern begin in it, or a little before, from its beginning on.
    let chirps: [Duration]
    /// How loud it was, now and then.
    let loudness: MeasureSet?
}
