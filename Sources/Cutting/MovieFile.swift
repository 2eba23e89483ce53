package import FileAccess
package import Movies

/// Why a movie could not be opened.
package enum MovieFileProblem: Error, Sendable, Hashable {
    case file(FileProblem)
    case movie(MovieProblem, path: String)
}

/// A movie that is open: what its tables say, and its bytes for whoever needs frames.
package final class MovieFile: Sendable {
    package let file: ReadableFile
    package let movie: Movie

    package init(_ path: String) throws(MovieFileProblem) {
        let file: ReadableFile
        do throws(FileProblem) {
            file = try ReadableFile(path)
        } catch {
            throw .file(error)
        }
        var failure: FileProblem?
        let read = { (place: Int64, count: Int) -> [UInt8]? in
            do throws(FileProblem) {
                return try file.read(at: place, count: count)
            } catch {
                failure = error
                return nil
            }
        }
        do throws(MovieProblem) {
            movie = try MovieReader.read(length: file.length, read)
        } catch {
            if let failure { throw .file(failure) }
            throw .movie(error, path: path)
        }
        self.file = file
    }

    package var path: String { file.path }
}
