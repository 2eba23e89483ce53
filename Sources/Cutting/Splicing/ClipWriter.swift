import FileAccess
import Media
import Movies
import Primitives

/// Writes a movie whose frames are copied from a source or were made.
struct ClipWriter {
    let source: ReadableFile
    let spool: ReadableFile?
    let stop: StopFlag

    /// The length of the file. It stands under its name only when it is whole.
    func write(
        _ layout: MovieLayout, _ tracks: [MovieTrack], _ bytes: [[FrameBytes]], to path: String,
        replacing: Bool
    ) throws(SpliceProblem) -> Int64 {
        do throws(FileProblem) {
            let draft = try DraftFile(at: path)
            try draft.append(layout.head.span)
            for run in layout.runs {
                if stop.isRaised { break }
                try append(run, tracks[run.track].frames, bytes[run.track], to: draft)
            }
            if !stop.isRaised {
                try draft.publish(replacing: replacing)
                return draft.length
            }
        } catch {
            throw .file(error)
        }
        throw .interrupted
    }

    private func append(
        _ run: MovieRun, _ frames: [MovieFrame], _ bytes: [FrameBytes], to draft: DraftFile
    ) throws(FileProblem) {
        // Frames that stand together in a file are copied together.
        var pending: (file: ReadableFile, place: Int64, count: Int64)?
        for index in run.frames {
            let count = Int64(frames[index].count)
            let next: (file: ReadableFile, place: Int64)?
            switch bytes[index] {
            case .source(let place): next = (source, place)
            case .spooled(let place): next = spool.map { ($0, place) }
            case .made(let made):
                if let pending {
                    try draft.append(pending.file, at: pending.place, count: pending.count)
                }
                pending = nil
                try draft.append(made.span)
                continue
            }
            guard let next else { continue }
            if let last = pending, last.file === next.file, last.place + last.count == next.place {
                pending = (last.file, last.place, last.count + count)
                continue
            }
            if let pending {
                try draft.append(pending.file, at: pending.place, count: pending.count)
            }
            pending = (next.file, next.place, count)
        }
        if let pending { try draft.append(pending.file, at: pending.place, count: pending.count) }
    }
}
