import FileAccess
import Media
import Measures
import Movies
package import Primitives
import SecureTransport
import WebRTC

/// What a package holds: the document that stands in it, and that the command answers.
package struct PackageReport: Sendable {
    /// A file of the package.
    package struct File: Sendable, Equatable {
        package let path: String
        package let bytes: Int64
        package let sha256: String
    }

    package let source: String
    package let durationMilliseconds: Int64
    let made: LadderOutcome
    package let captions: [String]
    package let isCopied: Bool
    package let isEncrypted: Bool
    package var files: [File] = []

    package static let schema = "lc.package/1"

    init(
        source: String, durationMilliseconds: Int64, made: LadderOutcome, captions: [String],
        isCopied: Bool, isEncrypted: Bool
    ) {
        self.source = source
        self.durationMilliseconds = durationMilliseconds
        self.made = made
        self.captions = captions
        self.isCopied = isCopied
        self.isEncrypted = isEncrypted
    }

    package var bytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

    /// A line for each rendition, for people.
    package var lines: [String] {
        (made.pictures + made.upright + made.sounds).map { outcome in
            let lists = RenditionPlaylists(outcome: outcome, start: nil, ranges: [])
            var line = outcome.rendition.name
            if let size = outcome.rendition.shownSize { line += " \(size.width)x\(size.height)" }
            return line + " \(lists.averageRate / 1000) kbit/s"
        }
    }

    package var remarks: [PackageRemark] {
        (made.pictures + made.upright + made.sounds).flatMap(\.remarks)
    }

    package var json: JSON {
        var object = JSONObject()
        object["schema"] = .string(Self.schema)
        object["source"] = .string(source)
        object["main"] = .string(PackageWriter.main)
        object["mode"] = .string(isCopied ? "copy" : made.isTopCopied ? "copy-top" : "encode")
        object["encrypted"] = .bool(isEncrypted)
        object["duration_ms"] = .integer(durationMilliseconds)
        object["renditions"] = .array((made.pictures + made.upright).map(Self.json))
        object["sounds"] = .array(made.sounds.map(Self.json))
        if !made.upright.isEmpty { object["vertical"] = .string(PackageMaker.uprightName) }
        if !captions.isEmpty { object["captions"] = .array(captions.map(JSON.string)) }
        if !made.leftOut.isEmpty {
            object["left_out"] = .array(made.leftOut.map { .string("\($0.lines)p") })
        }
        if made.repeated > 0 { object["repeated_frames"] = .integer(Int64(made.repeated)) }
        object["loudness"] = made.loudness.map(Self.json)
        object["files"] = .array(
            files.map {
                [
                    "path": .string($0.path), "bytes": .integer($0.bytes),
                    "sha256": .string($0.sha256),
                ]
            })
        return .object(object)
    }

    private static func json(_ outcome: RenditionOutcome) -> JSON {
        let lists = RenditionPlaylists(outcome: outcome, start: nil, ranges: [])
        var object = JSONObject()
        object["name"] = .string(outcome.rendition.name)
        object["playlist"] = .string(outcome.playlist)
        object["codecs"] = .string(outcome.rendition.format.codecsName)
        object["frames"] = .integer(Int64(outcome.frames))
        object["pieces"] = .integer(Int64(outcome.pieces.count))
        object["bytes"] = .integer(outcome.bytes)
        object["bandwidth"] = .integer(lists.peakRate)
        object["average_bandwidth"] = .integer(lists.averageRate)
        if let size = outcome.rendition.shownSize {
            object["width"] = .integer(Int64(size.width))
            object["height"] = .integer(Int64(size.height))
        }
        return .object(object)
    }

    private static func json(_ loudness: LoudnessOutcome) -> JSON {
        var object = JSONObject()
        object["before_lufs"] = tenths(loudness.before)
        object["before_peak_dbtp"] = tenths(loudness.peakBefore)
        object["after_lufs"] = tenths(loudness.after)
        object["after_peak_dbtp"] = tenths(loudness.peakAfter)
        object["gain_db"] = tenths(loudness.plan?.gain)
        object["limited"] = loudness.plan.map { .bool($0.isLimited) }
        return .object(object)
    }

    private static func tenths(_ value: Double?) -> JSON? {
        value.flatMap { JSON(($0 * 10).rounded() / 10) }
    }

    /// All that is in a folder, with what their bytes come to, by their paths.
    static func files(in folder: DraftFolder) throws(PackageProblem) -> [File] {
        var names: [String] = []
        do throws(FileProblem) { names = try folder.names() } catch { throw .file(error) }
        return try names.map { name throws(PackageProblem) in
            try describe(name, at: folder.path(of: name))
        }
    }

    private static func describe(
        _ name: String, at path: String
    ) throws(PackageProblem) -> File {
        let (length, digest) = try digest(of: path)
        let digits = digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        return File(path: name, bytes: length, sha256: digits.joined())
    }

    private static func digest(
        of path: String
    ) throws(PackageProblem) -> (length: Int64, digest: [UInt8]) {
        do {
            let file = try ReadableFile(path)
            let digest = try FileDigest()
            var place: Int64 = 0
            while place < file.length {
                let bytes = try file.read(at: place, count: Int(min(1 << 20, file.length - place)))
                try digest.update(bytes.span)
                place += Int64(bytes.count)
            }
            return (file.length, try digest.finish())
        } catch let error as FileProblem {
            throw .file(error)
        } catch {
            throw .cipher
        }
    }
}
