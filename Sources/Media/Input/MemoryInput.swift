internal import CFFmpeg
internal import Glibc

/// Media held in memory, as libavformat reads them: forwards only, once.
///
/// It lives longer than the format that reads from it.
@safe
final class MemoryInput: CustomInput {
    enum Limits {
        static let bufferBytes = 64 << 10
    }

    private let bytes: [UInt8]
    private var place = 0
    private(set) var reader: UnsafeMutablePointer<AVIOContext>?

    init(_ bytes: [UInt8]) throws(MediaError) {
        self.bytes = bytes
        let mark = LibraryLog.shared.mark
        guard let buffer = unsafe av_malloc(Limits.bufferBytes) else {
            throw .library(LibraryProblem("av_malloc", -ENOMEM, since: mark))
        }
        unsafe reader = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(Limits.bufferBytes), 0,
            Unmanaged.passUnretained(self).toOpaque(),
            { owner, bytes, count in
                guard let owner = unsafe owner, let bytes = unsafe bytes else { return -EINVAL }
                return unsafe Unmanaged<MemoryInput>.fromOpaque(owner).takeUnretainedValue()
                    .read(into: bytes, count)
            }, nil, nil)
        guard unsafe reader != nil else {
            unsafe av_free(buffer)
            throw .library(LibraryProblem("avio_alloc_context", -ENOMEM, since: mark))
        }
    }

    deinit {
        if let reader = unsafe reader {
            unsafe av_freep(&reader.pointee.buffer)
            unsafe avio_context_free(&self.reader)
        }
    }

    private func read(into target: UnsafeMutablePointer<UInt8>, _ count: Int32) -> Int32 {
        let length = min(max(Int(count), 0), bytes.count - place)
        guard length > 0 else { return lc_averror_eof }
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe target.update(from: start + place, count: length)
        }
        place += length
        return Int32(length)
    }
}

/// Bytes that libavformat does not fetch itself.
protocol CustomInput: AnyObject {
    var reader: UnsafeMutablePointer<AVIOContext>? { get }
}

/// A kind of container that is read from memory, by what its bytes begin with: what they could
/// otherwise be taken for might name files and servers.
package enum MemoryContainer: Sendable, Hashable {
    /// MPEG transport stream.
    case transport
    /// MP4 whole or in fragments.
    case mp4
    /// AAC frames with their headers, perhaps behind an ID3 tag.
    case adts

    package init?(of bytes: [UInt8]) {
        if bytes.count >= 188, bytes[0] == 0x47, bytes.count < 189 || bytes[188] == 0x47 {
            self = .transport
        } else if bytes.count >= 8, Self.boxes.contains(bytes[4..<8]) {
            self = .mp4
        } else if bytes.starts(with: "ID3".utf8)
            || bytes.count >= 7 && bytes[0] == 0xFF && bytes[1] & 0xF6 == 0xF0
        {
            self = .adts
        } else {
            return nil
        }
    }

    /// What an MP4, or a fragment of one, begins with.
    private static let boxes = [
        "ftyp", "styp", "moov", "moof", "sidx", "emsg", "prft", "free",
    ].map { Array($0.utf8)[...] }

    var libraryName: String {
        switch self {
        case .transport: "mpegts"
        case .mp4: "mov"
        case .adts: "aac"
        }
    }
}
