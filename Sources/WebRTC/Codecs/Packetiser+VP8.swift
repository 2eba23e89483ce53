import Primitives

/// VP8: the whole frame as one partition, with a picture ID of fifteen bits (RFC 7741).
extension Packetiser {
    mutating func packetiseVP8(
        _ frame: Span<UInt8>, limit: Int, emit: (Span<UInt8>, Bool) -> Void
    ) {
        let size = Self.pieceSize(frame.count, limit: limit - 4)
        var place = 0
        while place < frame.count {
            let end = min(place + size, frame.count)
            scratch.removeAll(keepingCapacity: true)
            scratch.append(place == 0 ? 0x90 : 0x80)
            scratch.append(0x80)
            scratch.append(0x80 | UInt8(truncatingIfNeeded: pictureID >> 8))
            scratch.append(UInt8(truncatingIfNeeded: pictureID))
            scratch.append(frame.extracting(place..<end))
            emit(scratch.span, end == frame.count)
            place = end
        }
    }
}
