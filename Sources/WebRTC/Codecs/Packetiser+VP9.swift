import Primitives

/// VP9 of one layer: the non-flexible mode, with a picture ID of fifteen bits (RFC 9628).
extension Packetiser {
    mutating func packetiseVP9(
        _ frame: Span<UInt8>, limit: Int, emit: (Span<UInt8>, Bool) -> Void
    ) {
        let size = Self.pieceSize(frame.count, limit: limit - 3)
        let prediction: UInt8 = VP9Header.isKeyframe(frame) ? 0 : 0x40
        var place = 0
        while place < frame.count {
            let end = min(place + size, frame.count)
            let edges: UInt8 = (place == 0 ? 0x08 : 0) | (end == frame.count ? 0x04 : 0)
            scratch.removeAll(keepingCapacity: true)
            scratch.append(0x80 | prediction | edges)
            scratch.append(0x80 | UInt8(truncatingIfNeeded: pictureID >> 8))
            scratch.append(UInt8(truncatingIfNeeded: pictureID))
            scratch.append(frame.extracting(place..<end))
            emit(scratch.span, end == frame.count)
            place = end
        }
    }
}
