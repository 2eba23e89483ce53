import Movies
import Primitives
import Synchronization
import TestSupport

/// Movies that ffmpeg makes once a process, and what ffprobe says of them.
enum MadeMovies {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static let ffprobe = "/usr/bin/ffprobe"
    static var canMake: Bool { Files.exists(ffmpeg) || Machine.isCI }

    private static let folder = ScratchFolder()
    private static let made = Mutex<Set<String>>([])
    private static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"]

    /// The path of a movie that these arguments make; the last of them is not the name.
    static func make(_ name: String, _ arguments: [String]) throws -> String {
        let path = folder.path(name)
        try made.withLock { made in
            guard made.insert(name).inserted else { return }
            let run = try ProcessRun.run(
                ffmpeg, ["-v", "error", "-y"] + arguments + [path], environment: environment)
            guard run.status == 0 else { throw MakingFailed(talk: run.talk) }
        }
        return path
    }

    static func bytes(_ path: String) -> [UInt8]? { Files.bytes(path) }

    static func write(_ name: String, _ bytes: [UInt8]) -> String { folder.write(bytes, to: name) }

    struct MakingFailed: Error {
        let talk: String
    }

    /// A movie of two seconds: pictures that differ, and a tone.
    static func usual(
        _ name: String, picture: [String] = [], sound: [String] = ["-c:a", "aac"],
        mux: [String] = [], rate: String = "30", seconds: String = "2"
    ) throws -> String {
        try make(
            name,
            [
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=\(rate):duration=\(seconds)",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=\(seconds)",
                "-c:v", "libx264", "-preset", "veryfast", "-g", "15", "-pix_fmt", "yuv420p",
            ] + picture + sound + mux)
    }

    static func read(_ path: String) throws -> Movie {
        try read(Files.bytes(path) ?? [])
    }

    static func read(_ bytes: [UInt8]) throws -> Movie {
        try MovieReader.read(length: Int64(bytes.count)) { place, count in
            Array(bytes[Int(place)..<Int(place) + count])
        }
    }

    struct Packet: Hashable {
        var presentation: Int64
        var decoding: Int64
        var duration: Int64
        var count: Int64
        var place: Int64
        var isKey: Bool
    }

    /// The packets of a track as ffprobe sees them.
    static func packets(
        _ path: String, _ index: Int, ignoringEdits: Bool = true
    ) throws -> [Packet] {
        let run = try ProcessRun.run(
            ffprobe,
            [
                "-v", "error", "-ignore_editlist", ignoringEdits ? "1" : "0", "-select_streams",
                "\(index)", "-show_entries", "packet=pts,dts,duration,size,pos,flags", "-of",
                "csv=p=0", path,
            ], environment: environment)
        guard run.status == 0 else { throw MakingFailed(talk: run.talk) }
        return run.output.split(separator: "\n").map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            func number(_ index: Int) -> Int64 { Int64(fields[index]) ?? .min }
            return Packet(
                presentation: number(0), decoding: number(1), duration: number(2),
                count: number(3), place: number(4), isKey: fields[5].hasPrefix("K"))
        }
    }

    static func probe(_ path: String, _ entries: String, _ more: [String] = []) throws -> String {
        let run = try ProcessRun.run(
            ffprobe, ["-v", "error", "-show_entries", entries, "-of", "csv=p=0"] + more + [path],
            environment: environment)
        return run.output
    }
}
