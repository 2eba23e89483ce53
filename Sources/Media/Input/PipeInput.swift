internal import CFFmpeg
internal import Glibc

/// Bytes from a pipe, a socket or a terminal: libavformat's own reading of them can't be stopped.
///
/// It lives longer than the format that reads from it.
@safe
final class PipeInput: CustomInput {
    enum Limits {
        static let bufferBytes = 32 << 10
        /// How often it is looked whether to stop.
        static let waitMilliseconds: Int32 = 50
    }

    private let descriptor: Int32
    private let isOwned: Bool
    private let patience: Patience
    private(set) var reader: UnsafeMutablePointer<AVIOContext>?

    /// Nil for what libavformat reads well by itself: files that can be sought in.
    static func needed(
        for address: InputAddress, _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) -> PipeInput? {
        switch address {
        case .standardInput:
            return isRegular(STDIN_FILENO)
                ? nil : try PipeInput(STDIN_FILENO, isOwned: false, patience, mark)
        case .file(let path):
            var status = stat()
            guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
                return nil
            }
            let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw .library(LibraryProblem("open", -errno, since: mark))
            }
            return try PipeInput(descriptor, isOwned: true, patience, mark)
        case .url, .device, .pattern: return nil
        }
    }

    private init(
        _ descriptor: Int32, isOwned: Bool, _ patience: Patience, _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        self.descriptor = descriptor
        self.isOwned = isOwned
        self.patience = patience
        guard let buffer = unsafe av_malloc(Limits.bufferBytes) else {
            throw .library(LibraryProblem("av_malloc", -ENOMEM, since: mark))
        }
        unsafe reader = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(Limits.bufferBytes), 0,
            Unmanaged.passUnretained(self).toOpaque(),
            { owner, bytes, count in
                guard let owner = unsafe owner, let bytes = unsafe bytes else { return -EINVAL }
                return unsafe Unmanaged<PipeInput>.fromOpaque(owner).takeUnretainedValue()
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
        if isOwned { close(descriptor) }
    }

    private func read(into bytes: UnsafeMutablePointer<UInt8>, _ count: Int32) -> Int32 {
        while !patience.isOver {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&wait, 1, Limits.waitMilliseconds)
            if ready < 0, errno != EINTR { return -errno }
            guard ready > 0 else { continue }
            let length = unsafe Glibc.read(descriptor, bytes, Int(count))
            if length > 0 { return Int32(length) }
            if length == 0 { return lc_averror_eof }
            if errno != EINTR, errno != EAGAIN { return -errno }
        }
        return lc_averror_exit
    }

    private static func isRegular(_ descriptor: Int32) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
