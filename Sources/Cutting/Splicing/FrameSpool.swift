import FileAccess
import Primitives

/// Where the bytes of a frame are that goes into a new file.
enum FrameBytes: Sendable {
    /// In the movie.
    case source(place: Int64)
    case made([UInt8])
    /// In the spool.
    case spooled(place: Int64)
}

/// Keeps the frames that were encoded: a few in memory, many in a file that nobody sees.
final class FrameSpool {
    enum Limits {
        static let memory = 8 << 20
    }

    private let path: String
    private var draft: DraftFile?
    private var kept = 0

    /// - Parameter path: of the file that they will be in; the spool stands beside it.
    init(beside path: String) {
        self.path = path
    }

    func keep(_ bytes: [UInt8]) throws(SpliceProblem) -> FrameBytes {
        guard kept + bytes.count > Limits.memory else {
            kept += bytes.count
            return .made(bytes)
        }
        do throws(FileProblem) {
            if draft == nil { draft = try DraftFile(at: path) }
            guard let draft else { return .made(bytes) }
            let place = draft.length
            try draft.append(bytes.span)
            return .spooled(place: place)
        } catch {
            throw .file(error)
        }
    }

    /// The file that frames were spooled to, to be read; nil where all are in memory.
    func finish() throws(SpliceProblem) -> ReadableFile? {
        guard let draft else { return nil }
        do {
            // What is still gathered is written before anything is written over.
            try draft.overwrite([UInt8]().span, at: 0)
            return try ReadableFile(draft.draftPath)
        } catch {
            throw .file(error)
        }
    }
}
