package import FileAccess
package import Primitives

/// Writes a show as HLS into a folder that appears when it is whole.
///
/// `rendition` gives a writer for each, which may be used beside one another; `finish` writes the
/// playlists of what came of them, and `publish` gives the folder its name.
package final class PackageWriter: Sendable {
    /// Where other files of the package are put: captions, pictures, a timeline.
    package let folder: DraftFolder
    private let target: MediaTime
    private let encryption: PieceEncryption?

    /// What begins a package; a folder that has it is one, and may be replaced by another.
    package static let main = "main.m3u8"

    /// - Parameter target: how long pieces are to be.
    package init(
        at path: String, target: MediaTime, encryption: PieceEncryption?
    ) throws(PackageProblem) {
        do throws(FileProblem) {
            folder = try DraftFolder(at: path)
        } catch {
            throw .file(error)
        }
        self.target = target
        self.encryption = encryption
    }

    package func rendition(
        _ rendition: PackageRendition
    ) throws(PackageProblem) -> RenditionWriter {
        try RenditionWriter(rendition, in: folder, target: target, encryption: encryption)
    }

    /// Writes the playlists. The first of the pictures is what players begin with.
    ///
    /// - Parameter others: further lists of renditions, by their names, such as those of pictures
    ///   in another shape.
    package func finish(
        _ outcomes: [RenditionOutcome], about: PackageAbout,
        others: [(name: String, outcomes: [RenditionOutcome])] = []
    ) throws(PackageProblem) {
        guard !outcomes.isEmpty else { throw .noRenditions }
        do throws(FileProblem) {
            let names = outcomes.map(\.rendition.name)
            let further = others.flatMap(\.outcomes).filter { !names.contains($0.rendition.name) }
            for outcome in outcomes + further {
                let lists = RenditionPlaylists(
                    outcome: outcome, start: about.start, ranges: about.ranges)
                try folder.write(lists.pieces, to: outcome.playlist)
                if outcome.rendition.isPicture, let keyframes = lists.keyframes {
                    try folder.write(keyframes, to: outcome.keyframePlaylist)
                }
            }
            let duration = outcomes.map(\.duration).max() ?? outcomes[0].duration
            for captions in about.captions {
                try folder.write(
                    captions.playlistText(duration: duration), to: captions.playlist)
            }
            try folder.write(
                MultivariantText(outcomes: outcomes, about: about).text, to: Self.main)
            for other in others {
                try folder.write(
                    MultivariantText(outcomes: other.outcomes, about: about).text, to: other.name)
            }
        } catch {
            throw .file(error)
        }
    }

    /// Gives the package its name; an older package is replaced only with `replacing`.
    package func publish(replacing: Bool) throws(PackageProblem) {
        do throws(FileProblem) {
            try folder.publish(replacing: replacing ? Self.main : nil)
        } catch {
            throw .file(error)
        }
    }
}
