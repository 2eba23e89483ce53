internal import CFFmpeg

/// One access unit of a track, as it is coded. It is made once and used again for each frame.
@safe
package final class CodedFrame {
    let packet: UnsafeMutablePointer<AVPacket>

    package enum Limits {
        /// Larger than any picture of the largest size that is sent.
        package static let bytes = 32 << 20
    }

    package init() {
        // The library's allocator ends the process's use of it only where there is no memory left.
        guard let packet = unsafe av_packet_alloc() else {
            preconditionFailure("no memory for an empty coded frame")
        }
        unsafe self.packet = packet
    }

    /// A frame that holds a copy of bytes; presentation and decoding are the same.
    package convenience init(
        copying bytes: Span<UInt8>, presentation: Int64, duration: Int64, isKeyframe: Bool,
        track: Int
    ) {
        self.init()
        precondition(bytes.count <= Limits.bytes, "a coded frame over its limit")
        guard unsafe av_new_packet(packet, Int32(bytes.count)) == 0 else {
            preconditionFailure("no memory for a coded frame")
        }
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe packet.pointee.data?.update(from: start, count: source.count)
        }
        unsafe packet.pointee.pts = presentation
        unsafe packet.pointee.dts = presentation
        unsafe packet.pointee.duration = duration
        unsafe packet.pointee.flags = isKeyframe ? AV_PKT_FLAG_KEY : 0
        unsafe packet.pointee.stream_index = Int32(track)
    }

    /// Makes room for so many bytes, which `body` puts in; the times are ticks of its track.
    package func fill<Problem: Error>(
        count: Int, presentation: Int64, decoding: Int64, isKeyframe: Bool,
        _ body: (inout MutableSpan<UInt8>) throws(Problem) -> Void
    ) throws(Problem) {
        precondition((0...Limits.bytes).contains(count), "a coded frame over its limit")
        unsafe av_packet_unref(packet)
        guard unsafe av_new_packet(packet, Int32(count)) == 0 else {
            preconditionFailure("no memory for a coded frame")
        }
        unsafe packet.pointee.pts = presentation
        unsafe packet.pointee.dts = decoding
        unsafe packet.pointee.flags = isKeyframe ? AV_PKT_FLAG_KEY : 0
        var span = unsafe UnsafeMutableBufferPointer(
            start: packet.pointee.data, count: count
        ).mutableSpan
        try body(&span)
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = unsafe packet
        unsafe av_packet_free(&packet)
    }

    /// The place of its track in the input.
    package var track: Int { unsafe Int(packet.pointee.stream_index) }

    /// When it is shown, in ticks of its track; nil where the container doesn't say.
    package var presentation: Int64? { unsafe Self.known(packet.pointee.pts) }

    /// When it is decoded; before it is shown where there are B-frames.
    package var decoding: Int64? { unsafe Self.known(packet.pointee.dts) }

    /// In ticks of its track; 0 where it isn't known.
    package var duration: Int64 { unsafe packet.pointee.duration }

    package var isKeyframe: Bool { unsafe packet.pointee.flags & AV_PKT_FLAG_KEY != 0 }

    /// Whether the container says that its bytes are damaged.
    package var isDamaged: Bool { unsafe packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }

    /// Whether it is only decoded for the sake of others: an edit of the container has cut it out.
    package var isHidden: Bool { unsafe packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }

    package var count: Int { unsafe Int(packet.pointee.size) }

    /// Its bytes; no longer than until it is used for another frame.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let buffer = unsafe UnsafeBufferPointer(
                start: packet.pointee.data, count: Int(packet.pointee.size))
            return unsafe _overrideLifetime(buffer.span, borrowing: self)
        }
    }

    /// Lets go of the bytes.
    package func clear() {
        unsafe av_packet_unref(packet)
    }

    private static func known(_ ticks: Int64) -> Int64? { ticks == lc_no_pts ? nil : ticks }
}
