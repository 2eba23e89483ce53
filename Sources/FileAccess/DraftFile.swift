internal import Glibc
import Primitives

/// A new file under a temporary name until it is whole: nothing is seen of it before.
///
/// It stands beside its place, as `.NAME.part-PID-N`, and is locked while its process lives: so
/// that what a killed process left behind can be told (`Leftovers`). One thread at a time.
@safe package final class DraftFile {
    /// Where it will stand.
    package let path: String
    /// Where it stands until then.
    package let draftPath: String
    /// Bytes that have been appended.
    package private(set) var length: Int64 = 0

    /// Whether it is in a folder that is itself a draft.
    private let isWithinDraft: Bool
    private let descriptor: Int32
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private var filled = 0
    private var isPublished = false

    /// Bytes that are gathered before they are written.
    private static let bufferSize = 1 << 20

    /// Makes the draft; what stands at `path` is left alone.
    package init(at path: String) throws(FileProblem) {
        let made = try DraftName.make(for: path) { (draft) throws(FileProblem) in
            let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            return unsafe open(draft, flags, 0o666)
        }
        self.path = path
        draftPath = made.path
        descriptor = made.descriptor
        isWithinDraft = false
        unsafe buffer = .allocate(capacity: Self.bufferSize)
        unsafe buffer.initialize(repeating: 0)
    }

    /// A file in a draft of a folder, under its own name.
    init(within folder: DraftFolder, named name: String) throws(FileProblem) {
        path = folder.path + "/" + name
        draftPath = folder.path(of: name)
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        descriptor = unsafe open(draftPath, flags, 0o666)
        let code = errno
        isWithinDraft = true
        unsafe buffer = .allocate(capacity: Self.bufferSize)
        unsafe buffer.initialize(repeating: 0)
        guard descriptor >= 0 else {
            // Not ours to remove.
            isPublished = true
            throw code == EEXIST
                ? .exists(path: path) : .system(.create, path: path, code: code)
        }
    }

    deinit {
        if !isPublished { unsafe unlink(draftPath) }
        if descriptor >= 0 { close(descriptor) }
        unsafe buffer.deallocate()
    }

    package func append(_ bytes: Span<UInt8>) throws(FileProblem) {
        if bytes.count > Self.bufferSize - filled { try flush() }
        if bytes.count >= Self.bufferSize {
            try write(bytes, atPlace: length)
        } else {
            var target = unsafe buffer.mutableSpan
            target.overwrite(at: filled, with: bytes)
            filled += bytes.count
        }
        length += Int64(bytes.count)
    }

    package func append(_ text: String) throws(FileProblem) {
        try append(Array(text.utf8).span)
    }

    /// Appends a part of another file; its bytes pass through the buffer and nothing else.
    package func append(
        _ file: ReadableFile, at place: Int64, count: Int64
    ) throws(FileProblem) {
        guard place >= 0, count >= 0, place <= file.length, count <= file.length - place else {
            throw .shorter(path: file.path)
        }
        var done: Int64 = 0
        while done < count {
            if filled == Self.bufferSize { try flush() }
            let size = Int(min(count - done, Int64(Self.bufferSize - filled)))
            var all = unsafe buffer.mutableSpan
            var part = all._mutatingExtracting(filled..<filled + size)
            try file.read(at: place + done, into: &part)
            filled += size
            length += Int64(size)
            done += Int64(size)
        }
    }

    /// Writes over what has been appended before, such as a size that is known only now.
    package func overwrite(_ bytes: Span<UInt8>, at place: Int64) throws(FileProblem) {
        precondition(place >= 0 && place + Int64(bytes.count) <= length, "beyond the draft's end")
        try flush()
        try write(bytes, atPlace: place)
    }

    /// Puts the whole file in its place, on the disk; its draft ends with that.
    ///
    /// Without `replacing`, a file that stands there stays, and is the problem.
    package func publish(replacing: Bool) throws(FileProblem) {
        precondition(!isPublished, "a draft that is published twice")
        try flush()
        guard !isWithinDraft else {
            isPublished = true
            return
        }
        guard fdatasync(descriptor) == 0 else {
            throw .system(.sync, path: path, code: errno)
        }
        if replacing {
            guard unsafe rename(draftPath, path) == 0 else {
                throw .system(.rename, path: path, code: errno)
            }
        } else {
            try publishBeside()
        }
        isPublished = true
        FolderSync.sync(folderOf: path)
    }

    /// By a link, which never takes the place of another file; where there are none, by a look
    /// and a rename.
    private func publishBeside() throws(FileProblem) {
        if unsafe link(draftPath, path) == 0 {
            unsafe unlink(draftPath)
            return
        }
        let code = errno
        if code == EEXIST { throw .exists(path: path) }
        guard code == EPERM || code == EOPNOTSUPP || code == EMLINK || code == ENOSYS else {
            throw .system(.rename, path: path, code: code)
        }
        if FileNames.exists(path) { throw .exists(path: path) }
        guard unsafe rename(draftPath, path) == 0 else {
            throw .system(.rename, path: path, code: errno)
        }
    }

    private func flush() throws(FileProblem) {
        guard filled > 0 else { return }
        let bytes = unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: buffer[..<filled]))
        try write(bytes, atPlace: length - Int64(filled))
        filled = 0
    }

    private func write(_ bytes: Span<UInt8>, atPlace place: Int64) throws(FileProblem) {
        let code = LimitSignal.withheld { Self.write(bytes, to: descriptor, at: place) }
        guard code == 0 else { throw .system(.write, path: path, code: code) }
    }

    /// The errno of what went wrong; 0 where all is written.
    private static func write(
        _ bytes: Span<UInt8>, to descriptor: Int32, at place: Int64
    ) -> Int32 {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done..<bytes.count)
            let count = unsafe rest.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(place) + off_t(done))
            }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                return count == 0 ? ENOSPC : errno
            }
        }
        return 0
    }
}

/// The signal by which a limit on the size of files would kill the process.
enum LimitSignal {
    /// Runs a write that gives an errno; the signal is kept away from it.
    static func withheld(_ body: () -> Int32) -> Int32 {
        var mask = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGXFSZ)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let code = body()
        if code == EFBIG {
            // It waits while it is blocked, and must not be there when it no longer is.
            var none = timespec()
            _ = unsafe sigtimedwait(&mask, nil, &none)
        }
        return code
    }
}
