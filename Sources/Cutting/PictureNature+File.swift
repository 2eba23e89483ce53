import FileAccess
import Movies

extension ReadableFile {
    /// What a picture is by its own bytes, of which a few are read.
    ///
    /// - Parameter scans: one for each format of its track.
    func nature(
        of frame: MovieFrame, _ scans: [PictureScan]
    ) throws(FileProblem) -> PictureNature {
        guard scans.indices.contains(Int(frame.format)) else { return .damaged }
        var failure: FileProblem?
        let look = scans[Int(frame.format)].look(at: frame) { place, count in
            do throws(FileProblem) {
                return try self.read(at: place, count: count)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        return look?.nature ?? .damaged
    }
}
