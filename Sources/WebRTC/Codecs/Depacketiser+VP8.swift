import Primitives

/// VP8: what stands behind the descriptors, one after another (RFC 7741).
extension Depacketiser {
    mutating func takeVP8(_ payload: Span<UInt8>) -> Bool {
        guard let descriptor = VP8Descriptor(payload), descriptor.length < payload.count else {
            return false
        }
        let content = payload.extracting(descriptor.length..<payload.count)
        let isFirst = progress?.hasPicture == false
        guard isFirst == descriptor.beginsFrame else { return false }
        progress?.hasPicture = true
        if isFirst { progress?.hasKeyPicture = VP8Header.isKeyframe(content) }
        return buffer.append(content)
    }
}
