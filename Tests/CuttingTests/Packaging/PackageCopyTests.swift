import Cutting
import FileAccess
import Glibc
import Movies
import Playlists
import Primitives
import TestSupport
import Testing
import WebRTC

@Suite(.enabled(if: PackageFilms.canMake, "ffmpeg is missing"))
struct PackageCopyTests {
    private let folder = ScratchFolder()

    private static let six = MediaTime(ticks: 6, timescale: 1)
    private static let key = (0..<16).map { UInt8($0 * 11) }

    private func package(
        _ path: String, _ name: String, encryption: PieceEncryption? = nil,
        about: PackageAbout = .nothing
    ) throws -> [RenditionOutcome] {
        let writer = try PackageWriter(
            at: folder.path(name), target: Self.six, encryption: encryption)
        var copy = try PackageCopy(MovieFile(path), into: writer)
        var shares: [Double] = []
        let outcomes = try copy.run { shares.append($0) }
        #expect(shares.last == 1 && shares == shares.sorted())
        try writer.finish(outcomes, about: about)
        #expect(!Files.exists(folder.path(name)))
        try writer.publish(replacing: false)
        return outcomes
    }

    private func media(_ name: String) throws -> MediaPlaylist {
        let playlist = try Playlist(parsing: Files.bytes(folder.path(name)) ?? [])
        guard case .media(let media) = playlist else { throw ProcessFailure(words: name) }
        return media
    }

    @Test(arguments: PackageFilms.kinds.indices)
    func `a package by copy decodes as its movie does`(index: Int) throws {
        let kind = PackageFilms.kinds[index]
        let film = try PackageFilms.make(kind.name, kind.words)
        let outcomes = try package(film, "show")
        let all = try PackageFilms.hashes(film)
        #expect(try PackageFilms.hashes(folder.path("show/main.m3u8")) == all)
        for outcome in outcomes {
            let list = try media("show/" + outcome.playlist)
            #expect(list.isEnded && list.isIndependent && list.version >= list.neededVersion)
            #expect(list.pieces.count == outcome.pieces.count)
            for (piece, listed) in zip(outcome.pieces, list.pieces) {
                let path = folder.path("show/\(outcome.rendition.name)/\(listed.address.uri)")
                #expect(Files.bytes(path)?.count ?? 0 == Int(piece.bytes))
                #expect(listed.duration.components.seconds <= 7)
                #expect(list.targetDuration >= listed.duration - .milliseconds(500))
            }
            let length = Double(outcome.duration.milliseconds) / 1000
            #expect(abs(length - kind.seconds) < 0.08, "\(outcome.rendition.name) \(length)")
        }
        // Two times the same is the same.
        _ = try package(film, "again")
        let same = try ProcessRun.run(
            "/usr/bin/diff", ["-r", folder.path("show"), folder.path("again")], environment: [:])
        #expect(same.status == 0, "\(same.output.prefix(300))")
    }

    @Test func `all that players must be told is in the playlists`() throws {
        let film = try PackageFilms.make("usual.mp4", PackageFilms.kinds[0].words)
        let start = WallClock(millisecondsSince1970: 1_764_000_000_000)
        let range = PackageDateRange(
            id: "pin-1", kind: "com.example.pin", start: start + .seconds(2),
            duration: .milliseconds(1500),
            attributes: [("X-COM-SKU", .text("A \"1\"")), ("X-COM-PRICE", .number(1999))])
        let about = PackageAbout(
            start: start, ranges: [range],
            captions: [PackageCaptions(title: "English", language: "en", uri: "captions/en.vtt")],
            data: [("com.apple.hls.chapters", "chapters.json")])
        let outcomes = try package(film, "show", about: about)
        let peaks = outcomes.map { outcome in
            outcome.pieces.map {
                Double($0.bytes * 8) * Double(outcome.rendition.timescale) / Double($0.duration)
            }
        }
        let main = folder.read("show/main.m3u8")
        let line = main.split(separator: "\n").first { $0.hasPrefix("#EXT-X-STREAM-INF") } ?? ""
        let fields = line.split(separator: ":")[1]
        func number(_ name: String) -> Double {
            let found = fields.split(separator: ",").first { $0.hasPrefix(name + "=") } ?? ""
            return Double(found.dropFirst(name.count + 1)) ?? 0
        }
        // Of pictures and sounds at once, as if their peaks met; a short end does not count.
        let peak = peaks.reduce(0) { $0 + ($1.dropLast().max() ?? 0) }
        #expect(number("BANDWIDTH") / peak > 0.9999 && number("BANDWIDTH") / peak < 1.1)
        #expect(number("AVERAGE-BANDWIDTH") <= number("BANDWIDTH"))
        #expect(number("FRAME-RATE") == 30)
        for wanted in [
            "CODECS=\"avc1.64000d,mp4a.40.2\"", "RESOLUTION=320x180", "AUDIO=\"sound\"",
            "SUBTITLES=\"captions\"", "CLOSED-CAPTIONS=NONE",
        ] { #expect(line.contains(wanted), "\(line)") }
        #expect(main.contains("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH="))
        #expect(main.contains("#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.chapters\",URI="))
        #expect(main.contains("TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"English\""))
        let pieces = folder.read("show/180p/pieces.m3u8")
        #expect(pieces.contains("#EXT-X-PROGRAM-DATE-TIME:2025-11-24T16:00:00.000Z\n"))
        #expect(
            pieces.contains(
                "#EXT-X-DATERANGE:ID=\"pin-1\",CLASS=\"com.example.pin\","
                    + "START-DATE=\"2025-11-24T16:00:02.000Z\",DURATION=1.500000,"
                    + "X-COM-SKU=\"A '1'\",X-COM-PRICE=1999\n"))
        #expect(try media("show/captions/en.vtt.m3u8").pieces.count == 1)
        let list = try Playlist(parsing: Files.bytes(folder.path("show/main.m3u8")) ?? [])
        guard case .multivariant(let multivariant) = list else { return #expect(Bool(false)) }
        #expect(multivariant.variants.count == 1 && multivariant.renditions.count == 2)
    }

    @Test func `each keyframe of its list decodes by itself, as the picture it is`() throws {
        let film = try PackageFilms.make("usual.mp4", PackageFilms.kinds[0].words)
        let outcomes = try package(film, "show")
        let all = try PackageFilms.hashes(film).filter { $0.hasPrefix("0,") }
        let frames = try PackageFilms.hashes(folder.path("show/180p/keyframes.m3u8"))
        #expect(outcomes[0].pieces.flatMap(\.keyframes).count == 7 && frames.count == 7)
        for (number, frame) in frames.enumerated() {
            #expect(frame.split(separator: " ").last == all[60 * number].split(separator: " ").last)
        }
    }

    @Test(arguments: [PieceEncryption.Method.wholePieces, .frames])
    func `what is encrypted decodes with its key to the same`(
        method: PieceEncryption.Method
    ) throws {
        for kind in PackageFilms.kinds.prefix(2) {
            let film = try PackageFilms.make(kind.name, kind.words)
            let keyPath = folder.write(Self.key, to: "key")
            let encryption = try #require(
                PieceEncryption(method: method, key: Self.key, uri: "file://" + keyPath))
            let name = "show-\(kind.name)"
            let outcomes = try package(film, name, encryption: encryption)
            let all = try PackageFilms.hashes(film)
            if method == .wholePieces {
                #expect(try PackageFilms.hashes(folder.path(name + "/main.m3u8")) == all)
                #expect(!Files.exists(folder.path(name + "/180p/keyframes.m3u8")))
                continue
            }
            for (index, outcome) in outcomes.enumerated() {
                var bytes: [UInt8] = []
                for part in [outcome.head] + outcome.pieces.map(\.name) {
                    let path = "\(name)/\(outcome.rendition.name)/\(part)"
                    bytes += Files.bytes(folder.path(path)) ?? []
                }
                let path = folder.write(bytes, to: "one.mp4")
                let found = try PackageFilms.hashes(protected: path, key: Self.key)
                let wanted = all.filter { $0.hasPrefix("\(index),") }.map { $0.dropFirst(2) }
                #expect(found.map { $0.dropFirst(2) } == wanted, "\(kind.name) \(index)")
                // It is not in clear.
                let wrong = try PackageFilms.hashes(protected: path, key: Self.key.reversed())
                #expect(wrong != found)
            }
        }
    }

    @Test func `what can't be packaged leaves nothing`() throws {
        let film = try PackageFilms.make("usual.mp4", PackageFilms.kinds[0].words)
        do {
            let writer = try PackageWriter(
                at: folder.path("show"), target: Self.six, encryption: nil)
            var copy = try PackageCopy(MovieFile(film), into: writer)
            #expect(throws: PackageProblem.noRenditions) {
                _ = try copy.run { share throws(PackageProblem) in
                    if share > 0.3 { throw .noRenditions }
                }
            }
        }
        let list = try ProcessRun.run("/bin/ls", ["-A", folder.path], environment: [:])
        #expect(list.output == "")
    }
}

/// Films for packages that the system's ffmpeg makes once a process, and what it decodes.
enum PackageFilms {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static var canMake: Bool { Files.exists(ffmpeg) || Machine.isCI }
    private static let folder = ScratchFolder()

    struct Kind: Sendable {
        let name: String
        let words: [String]
        let seconds: Double
    }

    static let kinds = [
        Kind(name: "usual.mp4", words: film(["-bf", "3", "-g", "60"], 13), seconds: 13),
        Kind(
            name: "hevc.mp4",
            words: film(
                ["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params"]
                    + ["log-level=none:open-gop=0:keyint=60:min-keyint=60"], 8), seconds: 8),
        Kind(name: "opus.mp4", words: film(["-g", "30"], 7) + ["-c:a", "libopus"], seconds: 7),
        Kind(
            name: "open.mp4", words: film(["-x264-params", "open-gop=1:keyint=30"], 7), seconds: 7),
        Kind(name: "silent.mov", words: film(["-bf", "2"], 7) + ["-an"], seconds: 7),
        Kind(name: "sound.m4a", words: film(["-vn"], 13), seconds: 13),
        Kind(
            name: "pieces.mp4",
            words: film(["-bf", "2", "-g", "45"], 9) + ["-movflags", "frag_keyframe+empty_moov"],
            seconds: 9),
    ]

    private static func film(_ picture: [String], _ seconds: Int) -> [String] {
        [
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=\(seconds)", "-f",
            "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=\(seconds)", "-c:v",
            "libx264", "-preset", "veryfast", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
            "-c:a", "aac",
        ] + picture
    }

    static func make(_ name: String, _ words: [String]) throws -> String {
        let path = folder.path(name)
        if Files.exists(path) { return path }
        let draft = folder.path("\(UInt64.random(in: 0...(.max)))-\(name)")
        let run = try ProcessRun.run(
            ffmpeg, ["-v", "error", "-nostdin", "-y"] + words + [draft], environment: [:],
            within: .seconds(120))
        guard run.status == 0 else { throw ProcessFailure(words: run.talk) }
        _ = unsafe rename(draft, path)
        return path
    }

    /// Each frame with its time and its content, of the first picture and of the first sound.
    static func hashes(_ path: String) throws -> [String] {
        let isList = path.hasSuffix(".m3u8")
        let run = try ProcessRun.run(
            ffmpeg,
            ["-v", "error", "-nostdin"] + (isList ? ["-allowed_extensions", "ALL"] : [])
                + ["-protocol_whitelist", "file,crypto,data", "-i", path] + output,
            environment: [:], within: .seconds(120))
        return lines(run.output)
    }

    /// The same, of a protected file: by a pipe, since where it can seek, FFmpeg 5.1 takes the
    /// parts of the fragment after the one that it decrypts.
    static func hashes(protected path: String, key: [UInt8]) throws -> [String] {
        let hex = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let run = try ProcessRun.run(
            "/bin/sh",
            ["-c", #"cat "$0" | "$@""#, path, ffmpeg, "-v", "error", "-decryption_key", hex]
                + ["-i", "-"] + output, environment: ["PATH": "/usr/bin:/bin"],
            within: .seconds(120))
        return lines(run.output)
    }

    private static let output = [
        "-map", "0:v:0?", "-map", "0:a:0?", "-copyts", "-f", "framemd5", "-",
    ]

    /// What is before the start is decoded and not presented.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.split(separator: ",")[1].contains("-")
        }.sorted()
    }
}
