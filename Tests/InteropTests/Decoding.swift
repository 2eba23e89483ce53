import Primitives
import TestSupport
import WebRTC

/// Lets the system's ffmpeg decode what has come over the wire.
enum Decoding {
    /// How many pictures decode; throws where the decoder complains about anything.
    static func pictures(_ frames: [LiveRecord.Frame], _ codec: Codec) throws -> Int {
        let folder = ScratchFolder()
        let path: String
        let bytes = frames.map(\.bytes)
        switch codec {
        case .h264: path = folder.write(bytes.flatMap { $0 }, to: "video.h264")
        case .vp8: path = folder.write(file(bytes, "VP80"), to: "video.ivf")
        case .vp9: path = folder.write(file(bytes, "VP90"), to: "video.ivf")
        // The payload format drops the delimiter that begins each unit of time in a file.
        case .av1: path = folder.write(file(bytes.map { [0x12, 0] + $0 }, "AV01"), to: "video.ivf")
        case .h265, .opus, .pcmu, .pcma: throw LiveFailure("no file of \(codec)")
        }
        let run = try ProcessRun.run(
            OtherPrograms.ffprobe,
            [
                "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
                "stream=nb_read_frames", "-of", "csv=p=0", path,
            ], environment: [:], within: .seconds(30))
        guard run.status == 0, run.talk.isEmpty else {
            throw LiveFailure("\(codec) does not decode: \(run.talk)")
        }
        let digits = run.output.filter(\.isNumber)
        guard let count = Int(digits) else { throw LiveFailure("no count in '\(run.output)'") }
        return count
    }

    private static func file(_ frames: [[UInt8]], _ fourCC: String) -> [UInt8] {
        IVFFile.write(frames, fourCC: fourCC, framesPerSecond: TestMedia.framesPerSecond)
    }
}
