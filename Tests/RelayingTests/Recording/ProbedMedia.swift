import Primitives
import TestSupport
import Testing

/// What ffprobe and ffmpeg find in a file.
struct ProbedMedia {
    struct Packet: Equatable {
        let time: Int64
        let duration: Int64
        let isKey: Bool
    }

    let path: String
    var codecs: [String: String] = [:]
    var tags: [String: String] = [:]
    var packets: [String: [Packet]] = [:]
    let seconds: Double

    init(_ path: String) throws {
        self.path = path
        let run = try ProcessRun.run(
            RecordingClip.ffprobe,
            [
                "-v", "error", "-of", "json", "-show_entries",
                "stream=index,codec_type,codec_name,codec_tag_string:"
                    + "packet=codec_type,pts,duration,flags:format=duration", path,
            ], environment: [:], within: .seconds(60))
        guard run.status == 0, run.talk.isEmpty else {
            throw RecordingFailure("ffprobe: \(run.talk)")
        }
        let json = try JSON(parsing: run.output)
        for entry in json["streams"]?.arrayValue ?? [] {
            let kind = entry["codec_type"]?.stringValue ?? ""
            codecs[kind] = entry["codec_name"]?.stringValue
            tags[kind] = entry["codec_tag_string"]?.stringValue
        }
        for entry in json["packets"]?.arrayValue ?? [] {
            packets[entry["codec_type"]?.stringValue ?? "", default: []].append(
                Packet(
                    time: entry["pts"]?.integerValue ?? .min,
                    duration: entry["duration"]?.integerValue ?? 0,
                    isKey: entry["flags"]?.stringValue?.hasPrefix("K") ?? false))
        }
        seconds = json["format"]?["duration"]?.stringValue.flatMap(Double.init) ?? 0
    }

    /// Pictures and runs of samples that decode; throws where the decoder complains.
    func decoded(_ kind: String) throws -> Int {
        let run = try ProcessRun.run(
            RecordingClip.ffprobe,
            [
                "-v", "error", "-count_frames", "-select_streams", kind == "video" ? "v" : "a",
                "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path,
            ], environment: [:], within: .seconds(60))
        guard run.status == 0, run.talk.isEmpty else {
            throw RecordingFailure("\(path) does not decode: \(run.talk)")
        }
        return Int(run.output.filter(\.isNumber)) ?? -1
    }

    /// The whole file as a player reads it, stopping at the first error.
    func play() throws {
        let run = try ProcessRun.run(
            RecordingClip.ffmpeg,
            ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"], environment: [:],
            within: .seconds(60))
        guard run.status == 0, run.talk.isEmpty else {
            throw RecordingFailure("\(path) does not play: \(run.talk)")
        }
    }
}

/// A test that cannot go on, and why.
struct RecordingFailure: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}
