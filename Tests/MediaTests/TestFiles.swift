import Glibc
import Media
import TestSupport

/// Files of media that the system's ffmpeg makes for these tests.
enum TestFiles {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static let ffprobe = "/usr/bin/ffprobe"

    static var hasFFmpeg: Bool { Files.exists(ffmpeg) && Files.exists(ffprobe) }

    static let environment = [
        "PATH": Machine.variable("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]

    /// Runs ffmpeg with these words, the file's path last.
    static func make(_ name: String, in folder: ScratchFolder, _ words: [String]) throws -> String {
        let path = folder.path(name)
        let run = try ProcessRun.run(
            ffmpeg, ["-hide_banner", "-loglevel", "error", "-y"] + words + [path],
            environment: environment, within: .seconds(60))
        guard run.status == 0 else { throw TestFailure(words: "ffmpeg: \(run.talk)") }
        return path
    }

    static let picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=2"]
    static let sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2"]
    static let x264 = [
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "30",
    ]
}

extension InputReader {
    /// Every frame that is left, as values.
    func rest() throws -> [PlainFrame] {
        var frames: [PlainFrame] = []
        let frame = CodedFrame()
        while try read(into: frame) { frames.append(PlainFrame(frame)) }
        return frames
    }
}

/// A coded frame as a value.
struct PlainFrame: Equatable {
    let track: Int
    let presentation: Int64?
    let decoding: Int64?
    let isKeyframe: Bool
    let bytes: [UInt8]

    init(_ frame: CodedFrame) {
        track = frame.track
        presentation = frame.presentation
        decoding = frame.decoding
        isKeyframe = frame.isKeyframe
        var bytes: [UInt8] = []
        bytes.append(frame.bytes)
        self.bytes = bytes
    }
}

extension Array<UInt8> {
    fileprivate mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { append(bytes[index]) }
    }
}

extension InputOptions {
    static let plain = InputOptions(start: .zero, probing: .quick, timeout: .seconds(10))
}

struct TestFailure: Error {
    let words: String
}
