import FileAccess
package import Media
import Movies
import Playlists
import Primitives
import WebRTC

/// Decodes everything of a package, and holds its playlists against what they list.
package struct PackageVerifier {
    private let folder: String
    private let stop: StopFlag
    private let threads: Int
    private let progress: (Int64) -> Void
    private(set) var report: VerifyReport

    package enum Limits {
        /// How far the length of a piece may be from what is listed, in milliseconds.
        static let pieceMilliseconds: Int64 = 50
        /// How far apart pieces of one rendition may be, in microseconds.
        static let pieceGap: Int64 = 50_000
        /// Keyframes of two renditions that are further apart are not aligned, in microseconds.
        static let alignment: Int64 = 1_000
        static let pieceBytes: Int64 = 512 << 20
        /// Files of a folder that are looked through.
        static let files = 200_000
    }

    package init(
        folder: String, threads: Int, stop: StopFlag, progress: @escaping (Int64) -> Void
    ) {
        self.folder = folder
        self.threads = threads
        self.stop = stop
        self.progress = progress
        report = VerifyReport(path: folder, shape: .package)
    }

    package consuming func verify() throws(VerifyStopped) -> VerifyReport {
        var verifier = self
        try verifier.run()
        return verifier.report
    }

    private mutating func run() throws(VerifyStopped) {
        let names: [String]
        do throws(FileProblem) {
            names = try FolderFiles.all(of: folder, limit: Limits.files)
        } catch {
            report.add(.unreadable(error))
            return
        }
        var roots: [(String, MultivariantPlaylist)] = []
        var lists: [(String, MediaPlaylist)] = []
        for name in names where name.hasSuffix(".m3u8") {
            guard let bytes = read(name, nil) else { continue }
            do throws(PlaylistProblem) {
                switch try Playlist(parsing: bytes) {
                case .multivariant(let playlist): roots.append((name, playlist))
                case .media(let playlist): lists.append((name, playlist))
                }
            } catch {
                report.add(.notPlaylist(error), file: name)
            }
        }
        for name in names where name.hasSuffix(".vtt") {
            guard let bytes = read(name, nil) else { continue }
            report.files += 1
            if let line = VTTLint.fault(in: bytes) { report.add(.notVTT(line: line), file: name) }
        }
        let movies = names.filter { $0.hasSuffix(".mp4") }
        guard !lists.isEmpty || !roots.isEmpty || !movies.isEmpty else {
            if report.findings.isEmpty { report.add(.missingFile, file: "*.m3u8") }
            return
        }
        var renditions: [String: RenditionReading] = [:]
        let texts = Set(roots.flatMap(Self.textLists))
        for (name, playlist) in lists {
            let tags = PlaylistTag.all(in: read(name, nil) ?? [])
            for kind in PlaylistLint.media(playlist, tags) { report.add(kind, file: name) }
            guard !texts.contains(name) else {
                lookForTexts(name, playlist)
                continue
            }
            let isKeyframesOnly = tags.contains { $0.name == "EXT-X-I-FRAMES-ONLY" }
            renditions[name] = try check(name, playlist, isKeyframesOnly: isKeyframesOnly)
        }
        for (name, playlist) in roots { compare(name, playlist, renditions) }
        var parts: Set<String> = []
        for (name, playlist) in lists {
            for piece in playlist.pieces {
                parts.insert(Self.resolved(piece.address.uri, from: name))
                if let map = piece.map { parts.insert(Self.resolved(map.uri, from: name)) }
            }
        }
        for name in movies where !parts.contains(name) { try checkMovie(name) }
    }

    /// The playlists of captions that a playlist offers: their pieces are no media.
    private static func textLists(_ name: String, _ playlist: MultivariantPlaylist) -> [String] {
        playlist.renditions.filter { $0.kind == "SUBTITLES" }.compactMap {
            $0.uri.map { resolved($0, from: name) }
        }
    }

    /// Whether the pieces are there; what they say is looked at with all other WebVTT.
    private mutating func lookForTexts(_ name: String, _ playlist: MediaPlaylist) {
        for piece in playlist.pieces {
            _ = read(Self.resolved(piece.address.uri, from: name), piece.address.range)
        }
    }

    /// A movie that stands beside playlists, or by itself: of a replay page, or for search engines.
    private mutating func checkMovie(_ name: String) throws(VerifyStopped) {
        let found = try MovieVerifier.verify(
            folder + "/" + name, source: nil, threads: threads, stop: stop, progress: progress)
        report.files += 1
        report.pictures += found.pictures
        report.microseconds = max(report.microseconds, found.microseconds)
        for finding in found.findings { report.add(finding.kind, file: name, at: finding.time) }
    }

    /// What a file, or a part of one, holds; what cannot be read is told.
    private mutating func read(_ name: String, _ range: ByteRange?) -> [UInt8]? {
        do throws(FileProblem) {
            let file = try ReadableFile(folder + "/" + name)
            let (start, length) = (range?.start ?? 0, range?.length ?? file.length)
            guard length <= Limits.pieceBytes, start + length <= file.length else {
                throw .shorter(path: folder + "/" + name)
            }
            return try file.read(at: start, count: Int(length))
        } catch {
            report.add(.missingFile, file: name)
            return nil
        }
    }

    // MARK: one rendition

    /// What the pieces of a rendition have shown.
    private struct RenditionReading {
        var size: PictureSize?
        var codecs: [String] = []
        var peak: Int64 = 0
        var isPicture = false
        var isKeyframesOnly = false
        /// When each piece begins to be shown.
        var starts: [Int64] = []
    }

    private mutating func check(
        _ name: String, _ playlist: MediaPlaylist, isKeyframesOnly: Bool
    ) throws(VerifyStopped) -> RenditionReading {
        var result = RenditionReading()
        result.isKeyframesOnly = isKeyframesOnly
        var maps: [PieceAddress: [UInt8]] = [:]
        var place: Int64 = 0
        var end: Int64?
        for (index, piece) in playlist.pieces.enumerated() {
            if stop.isRaised { throw VerifyStopped() }
            let file = Self.resolved(piece.address.uri, from: name)
            var bytes: [UInt8] = []
            if let map = piece.map {
                if maps[map] == nil {
                    maps[map] = read(Self.resolved(map.uri, from: name), map.range) ?? []
                    if result.codecs.isEmpty, let head = maps[map] {
                        result.codecs = CodecNames.of(head)
                    }
                }
                bytes = maps[map] ?? []
            }
            guard let body = read(file, piece.address.range) else { continue }
            report.files += 1
            let seconds = Double(piece.duration.wholeMicroseconds) / 1_000_000
            if !isKeyframesOnly, seconds > 0.5 {
                result.peak = max(result.peak, Int64(Double(body.count) * 8 / seconds))
            }
            place += piece.duration.wholeMicroseconds
            progress(place)
            if playlist.encryption != nil || isKeyframesOnly { continue }
            try decode(
                bytes + body, piece: index, listed: piece, file, after: &end, into: &result)
        }
        report.microseconds = max(report.microseconds, place)
        return result
    }

    private mutating func decode(
        _ bytes: [UInt8], piece: Int, listed: Piece, _ file: String, after end: inout Int64?,
        into result: inout RenditionReading
    ) throws(VerifyStopped) {
        do throws(MediaError) {
            var check = try TrialDecoding.opened(memory: bytes, stop: stop)
            try check.run(
                threads: threads, progress: { _ in }, look: { (_, _) throws(MediaError) in })
            report.take(check.tracks, file: file)
            let picture = check.tracks.first { $0.isPicture }
            guard let track = picture ?? check.tracks.first, let first = track.first else { return }
            if let picture {
                result.isPicture = true
                result.size = picture.size
                if !picture.startsWithKeyframe { report.add(.pieceStart(piece: piece), file: file) }
            }
            result.starts.append(first)
            let found = (track.end - first + 500) / 1000
            let meant = listed.duration.wholeMilliseconds
            if abs(found - meant) > Limits.pieceMilliseconds {
                report.add(
                    .pieceLength(
                        piece: piece, listedMilliseconds: meant, foundMilliseconds: found),
                    file: file)
            }
            if let last = end, !listed.isDiscontinuous, abs(first - last) > Limits.pieceGap {
                report.add(.pieceGap(piece: piece, microseconds: first - last), file: file)
            }
            end = track.end
        } catch .stopped {
            throw VerifyStopped()
        } catch {
            report.add(.notMedia(error), file: file)
        }
    }

    // MARK: all of them

    private mutating func compare(
        _ name: String, _ playlist: MultivariantPlaylist, _ renditions: [String: RenditionReading]
    ) {
        let tags = PlaylistTag.all(in: read(name, nil) ?? [])
        for kind in PlaylistLint.multivariant(tags) { report.add(kind, file: name) }
        var first: (name: String, check: RenditionReading)?
        for variant in playlist.variants {
            let file = Self.resolved(variant.uri, from: name)
            guard let check = renditions[file] else {
                report.add(.missingFile, file: file)
                continue
            }
            let sounds = playlist.renditions.filter {
                $0.kind == "AUDIO" && $0.group == variant.audio
            }.compactMap { $0.uri.flatMap { renditions[Self.resolved($0, from: name)] } }
            let peak = check.peak + (sounds.map(\.peak).max() ?? 0)
            if let kind = PlaylistLint.bandwidth(listed: variant.bandwidth, measured: peak) {
                report.add(kind, file: file)
            }
            let listed = variant.codecs ?? ""
            let found = check.codecs + (sounds.first?.codecs ?? [])
            let names = listed.lowercased().split(separator: ",").map { String($0.trimmedBlanks) }
            if !listed.isEmpty, found.contains(where: { !names.contains($0.lowercased()) }) {
                report.add(
                    .codecs(listed: listed, found: found.joined(separator: ",")), file: file)
            }
            if let size = check.size, let listed = variant.resolution,
                listed != "\(size.width)x\(size.height)"
            {
                report.add(
                    .resolution(listed: listed, found: "\(size.width)x\(size.height)"), file: file)
            }
            guard check.isPicture else { continue }
            if let first, !Self.isAligned(first.check.starts, check.starts) {
                report.add(.notAligned(with: first.name), file: file)
            }
            first = first ?? (file, check)
        }
    }

    private static func isAligned(_ one: [Int64], _ other: [Int64]) -> Bool {
        one.count == other.count
            && zip(one, other).allSatisfy { abs($0 - $1) <= Limits.alignment }
    }

    /// A URI of a playlist as a name within the folder.
    static func resolved(_ uri: String, from name: String) -> String {
        let path = uri.split(separator: "?", maxSplits: 1).first.map(String.init) ?? uri
        // Also of a playlist that stands in no folder: no name leads out of the package.
        var parts = name.split(separator: "/").dropLast()
        for part in path.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}

extension Substring {
    fileprivate var trimmedBlanks: Substring {
        let front = drop { $0 == " " }
        return front.prefix { $0 != " " }
    }
}
