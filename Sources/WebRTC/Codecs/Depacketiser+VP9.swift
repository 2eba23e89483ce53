import Primitives

/// VP9: the frames of all layers of a picture, one after another (RFC 9628).
extension Depacketiser {
    mutating func takeVP9(_ payload: Span<UInt8>) -> Bool {
        guard let descriptor = VP9Descriptor(payload), descriptor.length < payload.count else {
            return false
        }
        let isFirst = progress?.hasPicture == false
        guard descriptor.beginsLayerFrame == (progress?.isLayerOpen == false),
            !isFirst || descriptor.beginsPicture
        else { return false }
        let content = payload.extracting(descriptor.length..<payload.count)
        progress?.hasPicture = true
        if isFirst {
            // An intra-only frame isn't predicted either, and is no keyframe.
            progress?.hasKeyPicture = !descriptor.isInterPredicted && VP9Header.isKeyframe(content)
        }
        progress?.isLayerOpen = !descriptor.endsLayerFrame
        return buffer.append(content)
    }
}
