package import FileAccess
import Movies
package import Primitives
import SecureTransport

/// Writes one rendition as pieces of CMAF, frame by frame in the order of decoding.
///
/// A piece begins with a keyframe, which is a fragment of its own: so that a list of keyframes can
/// name parts of pieces, each whole in itself. One thread at a time; renditions beside one another.
package final class RenditionWriter {
    package let rendition: PackageRendition
    private let folder: DraftFolder
    private let encryption: PieceEncryption?
    private let target: Int64
    private let fragments: FragmentWriter
    private let protector: FrameProtector?
    /// For whole pieces.
    private let pieceChain: BlockChain?

    private var box = BoxWriter()
    /// The frames of the fragment that is not written yet, and their bytes.
    private var pending: [FragmentWriter.Frame] = []
    private var data: [UInt8] = []
    private var pendingDecoding: Int64 = 0
    private var pendingPresentation: Int64 = 0
    private var lastDuration: UInt32 = 0

    private var file: PieceFile?
    private var pieces: [PackagePiece] = []
    private var sequence: UInt32 = 0
    private var frames = 0
    /// Ticks that decoding begins before the start: times of fragments can't be less than zero, so
    /// that all are later by these, and an edit says so.
    ///
    /// The other way, that pictures are shown before they are decoded, is one that FFmpeg's
    /// players show too late, by as much.
    private var hidden: Int64 = 0
    /// What of it are pictures that are not to be shown.
    private var hiddenPictures: Int64 = 0
    private var lastDecoding = Int64.min
    private var end = Int64.min
    private var longestGroup: Int64 = 0
    private var lastKeyframe: Int64 = 0
    private var isSingle = false

    /// Bytes of a fragment before it is written though its group of pictures goes on.
    private static let fragmentBytes = 8 << 20
    /// Seconds between keyframes from which on it is told.
    private static let usualGroup: Int64 = 10
    /// Eight years: far beyond any show, and far from what sums of times could exceed.
    private static let seconds: Int64 = 1 << 28

    /// - Parameter target: how long pieces are to be; keyframes may make them longer.
    package init(
        _ rendition: PackageRendition, in folder: DraftFolder, target: MediaTime,
        encryption: PieceEncryption?
    ) throws(PackageProblem) {
        self.rendition = rendition
        self.folder = folder
        self.encryption = encryption
        self.target = max(1, target.rescaled(to: rendition.timescale).ticks)
        protector = try FrameProtector.make(rendition, encryption)
        pieceChain =
            encryption?.method == .wholePieces ? BlockChain(key: encryption?.key ?? []) : nil
        if encryption?.method == .wholePieces, pieceChain == nil { throw .cipher }
        fragments = FragmentWriter(
            kind: rendition.isPicture ? .picture : .sound, timescale: rendition.timescale,
            format: protector?.format ?? rendition.format, matrix: rendition.matrix,
            roll: rendition.roll)
    }

    /// Appends a frame whose bytes are at hand.
    package func append(_ frame: PackageFrame, _ bytes: Span<UInt8>) throws(PackageProblem) {
        try begin(frame)
        let start = data.count
        data.append(bytes)
        try take(frame, from: start)
    }

    /// Appends a frame of a file.
    package func append(
        _ frame: PackageFrame, from source: ReadableFile, at place: Int64, count: Int
    ) throws(PackageProblem) {
        try begin(frame)
        let start = data.count
        do throws(FileProblem) {
            try source.append(count, at: place, to: &data)
        } catch {
            throw .file(error)
        }
        try take(frame, from: start)
    }

    /// Writes what is left, and the head.
    package func finish() throws(PackageProblem) -> RenditionOutcome {
        try flush()
        try closePiece()
        guard !pieces.isEmpty else { throw .emptyRendition(rendition.name) }
        let head = fragments.head(hidden: hidden)
        do throws(FileProblem) {
            try folder.write(head.span, to: "\(rendition.name)/\(Self.headName)")
        } catch {
            throw .file(error)
        }
        return RenditionOutcome(
            rendition: rendition, pieces: pieces, frames: frames, head: Self.headName,
            headBytes: Int64(head.count), encryption: encryption, remarks: remarks)
    }

    private static let headName = "head.mp4"

    // MARK: - Frames

    /// Ends what ends before this frame.
    private func begin(_ frame: PackageFrame) throws(PackageProblem) {
        let limit = Self.seconds * Int64(rendition.timescale)
        guard -limit...limit ~= frame.decoding, -limit...limit ~= frame.presentation else {
            throw .disordered(rendition: rendition.name, at: .zero)
        }
        if frames == 0 {
            guard frame.isIndependent else { throw .noKeyframe(rendition: rendition.name) }
            hidden = max(0, -frame.decoding)
            hiddenPictures = max(0, -frame.presentation)
        }
        guard frame.decoding > lastDecoding || frames == 0 else {
            throw .disordered(rendition: rendition.name, at: duration(frame.presentation))
        }
        if !pending.isEmpty {
            // A frame lasts until the next one is decoded.
            pending[pending.count - 1].duration = UInt32(clamping: frame.decoding - lastDecoding)
        }
        lastDecoding = frame.decoding
        if let piece = pieces.last, file != nil {
            if frame.isIndependent, isTimeForPiece(frame, piece) {
                try flush()
                try closePiece(at: frame.presentation)
                try openPiece(frame)
            } else if rendition.isPicture && frame.isIndependent || isSingle
                || data.count >= Self.fragmentBytes
            {
                try flush()
            }
        } else {
            try openPiece(frame)
        }
    }

    /// Pictures count from the piece's start; sounds, which may be cut at any frame, on a grid.
    private func isTimeForPiece(_ frame: PackageFrame, _ piece: PackagePiece) -> Bool {
        if rendition.isPicture {
            let tolerance = Int64(frame.duration) / 2
            return frame.presentation - piece.start >= target - tolerance
        }
        return frame.presentation >= (piece.start / target + 1) * target
    }

    private func take(_ frame: PackageFrame, from start: Int) throws(PackageProblem) {
        var parts: [ProtectedPart] = []
        if let protector {
            do throws(FrameProtector.Problem) {
                parts = try protector.protect(&data, from: start)
            } catch {
                switch error {
                case .cipher: throw .cipher
                case .badFrame:
                    throw .badFrame(rendition: rendition.name, at: duration(frame.presentation))
                }
            }
        }
        if pending.isEmpty {
            pendingDecoding = frame.decoding
            pendingPresentation = frame.presentation
        }
        isSingle = rendition.isPicture && frame.isIndependent && pending.isEmpty
        if rendition.isPicture, frame.isIndependent {
            longestGroup = max(longestGroup, frame.presentation - lastKeyframe)
            lastKeyframe = frame.presentation
        }
        pending.append(
            FragmentWriter.Frame(
                count: UInt32(clamping: data.count - start), duration: frame.duration,
                shift: Int32(clamping: frame.presentation - frame.decoding),
                isSync: frame.isIndependent, parts: parts))
        end = max(end, frame.presentation + Int64(frame.duration))
        frames += 1
    }

    // MARK: - Fragments and pieces

    /// Writes the fragment that waits.
    private func flush() throws(PackageProblem) {
        guard !pending.isEmpty, let file else { return }
        sequence &+= 1
        box.removeAll()
        fragments.write(
            sequence: sequence, decoding: pendingDecoding + hidden, pending, to: &box)
        let place = file.length
        let head = box.bytes
        try file.append(head.span)
        // Taken out, so that it is not copied when it is emptied.
        var media: [UInt8] = []
        swap(&media, &data)
        try file.append(media.span)
        media.removeAll(keepingCapacity: true)
        swap(&media, &data)
        if isSingle, encryption?.method != .wholePieces {
            pieces[pieces.count - 1].keyframes.append(
                PackageKeyframe(
                    presentation: pendingPresentation, place: place, count: file.length - place))
        }
        pending.removeAll(keepingCapacity: true)
        isSingle = false
    }

    private func openPiece(_ frame: PackageFrame) throws(PackageProblem) {
        let name = "\(pieces.count + 1).m4s"
        let path = "\(rendition.name)/\(name)"
        let draft: DraftFile
        do throws(FileProblem) {
            draft = try folder.file(path)
        } catch {
            throw .file(error)
        }
        file = try PieceFile(draft, chain: pieceChain, number: pieces.count + 1)
        pieces.append(
            PackagePiece(
                name: name, start: max(0, frame.presentation), duration: 0, bytes: 0,
                keyframes: []))
    }

    private func closePiece(at time: Int64? = nil) throws(PackageProblem) {
        guard let file, let last = pieces.last else { return }
        try file.close()
        pieces[pieces.count - 1].bytes = file.length
        pieces[pieces.count - 1].duration = max(1, (time ?? end) - last.start)
        self.file = nil
    }

    // MARK: - Remarks

    private var remarks: [PackageRemark] {
        var remarks: [PackageRemark] = []
        let name = rendition.name
        let longest = pieces.map(\.duration).max() ?? 0
        if longest * 2 > target * 3 {
            remarks.append(
                .longPieces(
                    rendition: name, longest: duration(longest), wanted: duration(target)))
        }
        let group = max(longestGroup, end - lastKeyframe)
        if rendition.isPicture, group > Self.usualGroup * Int64(rendition.timescale) {
            remarks.append(.distantKeyframes(rendition: name, longest: duration(group)))
        }
        if rendition.isPicture, encryption?.method == .wholePieces {
            remarks.append(.noKeyframePlaylist(rendition: name))
        }
        if rendition.isPicture, hiddenPictures > 0 {
            remarks.append(.hiddenStart(rendition: name, hidden: duration(hiddenPictures)))
        }
        return remarks
    }

    private func duration(_ ticks: Int64) -> Duration {
        .microseconds(
            MediaTime(ticks: ticks, timescale: rendition.timescale).rescaled(to: 1_000_000).ticks)
    }
}
