import Glibc
import Primitives
import TestSupport

/// One access unit, told by the hashes of its units: the same in a file and at a viewer.
struct ShownFrame: Equatable {
    let kind: String
    let units: [String]
    let isKeyframe: Bool

    /// Nil for a line that is not of a frame.
    fileprivate init?(_ line: Substring) {
        guard case .object(let object)? = try? JSON(parsing: String(line)),
            case .array(let units)? = object["units"]
        else { return nil }
        kind = object["kind"]?.stringValue ?? ""
        self.units = units.compactMap(\.stringValue)
        isKeyframe = object["is_keyframe"] == .bool(true)
    }

    static func all(_ text: String, _ kind: String) -> [ShownFrame] {
        text.split(separator: "\n").compactMap { ShownFrame($0) }.filter { $0.kind == kind }
    }
}

/// A viewer by aiortc whose frames are put together by code that is not ours.
final class FrameViewer {
    let process: RunningProcess
    private let home = ScratchFolder()

    /// It waits until the show is on the air.
    init(
        _ url: String, _ codec: String, address: String = "127.0.0.1", through prefix: [String] = []
    ) throws {
        let words =
            prefix + [ShowPeers.python, ShowPeers.own("whep_frames.py"), url, codec, address]
        process = try RunningProcess(
            words[0], Array(words.dropFirst()),
            environment: ShowPeers.environment(home: home.path))
    }

    func frames(_ kind: String) -> [[String]] { ShownFrame.all(process.output, kind).map(\.units) }

    /// How many frames have come so far: each is a line.
    func count(_ kind: String) -> Int {
        let mark = "\"frame\", \"kind\": \"\(kind)\""
        return process.output.split(separator: "\n").count { $0.contains(mark) }
    }

    func awaitFrames(_ kind: String, _ wanted: Int) throws {
        do {
            try eventually("\(wanted) frames of \(kind)", within: .seconds(90)) {
                count(kind) >= wanted
            }
        } catch {
            throw ShowFailure(
                words: "\(error), but \(count(kind)); \(process.output.suffix(300)) "
                    + "\(process.talk.suffix(800))")
        }
    }

    var hasGaps: Bool { process.output.contains(#""event": "gap""#) }

    /// Has it leave in good order.
    func leave() throws {
        process.closeInput()
        let run = try process.finish(within: .seconds(60))
        guard run.status == 0 else { throw ShowFailure(words: run.talk) }
    }
}

/// A file of media, as others see it.
struct MediaFile {
    let path: String
    private static let ffprobe = "/usr/bin/ffprobe"

    /// The frames of one kind, in the file's order.
    func frames(_ kind: String) throws -> [[String]] { try all(kind).map(\.units) }

    /// Which of them are keyframes.
    func keyframes(_ kind: String) throws -> [Int] {
        let frames = try all(kind)
        return frames.indices.filter { frames[$0].isKeyframe }
    }

    private func all(_ kind: String) throws -> [ShownFrame] {
        let run = try ProcessRun.run(
            ShowPeers.python, [ShowPeers.own("frames.py"), path],
            environment: ShowPeers.environment(home: "/tmp"))
        guard run.status == 0 else { throw ShowFailure(words: "\(path): \(run.talk)") }
        return ShownFrame.all(run.output, kind)
    }

    /// How many pictures and runs of sound decode. Throws where the decoder complains of anything.
    func decoded() throws -> (video: Int, audio: Int) {
        let run = try ProcessRun.run(
            Self.ffprobe,
            [
                "-v", "error", "-count_frames", "-show_entries", "stream=codec_type,nb_read_frames",
                "-of", "csv=p=0", path,
            ], environment: [:])
        guard run.status == 0, run.talk.isEmpty else {
            throw ShowFailure(words: "\(path) does not decode: \(run.talk.suffix(1000))")
        }
        var counts = (video: 0, audio: 0)
        for line in run.output.split(separator: "\n") {
            let fields = line.split(separator: ",")
            guard fields.count == 2, let count = Int(fields[1]) else { continue }
            if fields[0] == "video" { counts.video += count } else { counts.audio += count }
        }
        return counts
    }

    /// The names of its codecs.
    func codecs() throws -> Set<String> {
        let run = try ProcessRun.run(
            Self.ffprobe,
            ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path],
            environment: [:])
        return Set(run.output.split(separator: "\n").map(String.init))
    }
}

extension ShowPeers {
    /// A script of these tests.
    static func own(_ name: String) -> String { "\(repository)/Tests/ShowTests/Peers/\(name)" }
}

extension RelayProcess {
    /// Ends it, which closes its recordings: until then a publisher may come back to them.
    func endRecordings(_ count: Int) throws {
        let run = try stop(within: .seconds(60))
        guard run.status == 0, events("recording_complete").count == count else {
            throw ShowFailure(words: "not \(count) recordings: \(run.talk)")
        }
    }
}
