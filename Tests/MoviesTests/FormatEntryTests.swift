import Movies
import Primitives
import TestSupport
import Testing
import WebRTC

@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is missing"))
struct FormatEntryTests {
    private let folder = ScratchFolder()

    private func write(_ tracks: [(MovieTrack, [UInt8])], name: String) throws -> String {
        let layout = try MovieLayout(
            timescale: 90_000, tracks: tracks.map { MovieLayout.Track($0.0, roll: nil) },
            chapters: [])
        var bytes = layout.head
        for run in layout.runs {
            let (track, source) = tracks[run.track]
            for frame in track.frames[run.frames] {
                bytes += source[Int(frame.place)..<Int(frame.place) + Int(frame.count)]
            }
        }
        return folder.write(bytes, to: name)
    }

    /// What each frame decodes to.
    private func hashes(_ path: String) throws -> [Substring] {
        let run = try ProcessRun.run(
            MadeMovies.ffmpeg, ["-v", "error", "-xerror", "-i", path, "-f", "framemd5", "-"],
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(run.status == 0 && run.talk == "", "\(run.talk)")
        return run.output.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap {
            $0.split(separator: " ").last
        }
    }

    @Test func `frames of two encoders decode in one track, with the sets of both`() throws {
        let paths = try ["0", "1"].map { number in
            try MadeMovies.usual(
                "sets-\(number).mp4",
                picture: ["-bf", "2", "-x264-params", "sps-id=\(number):keyint=20"],
                sound: ["-an"])
        }
        let movies = try paths.map { try MadeMovies.read($0) }
        let sources = paths.map { Files.bytes($0) ?? [] }
        let configurations = movies.compactMap { Self.configuration(of: $0) }
        let joined = try #require(configurations[0].joined(with: configurations[1]))
        #expect(joined.sequenceParameters.count == 2 && joined.pictureParameters.count == 2)
        var track = movies[0].tracks[0]
        track.formats = [
            try #require(
                FormatEntry.picture(
                    .h264, configuration: joined.bytes,
                    size: PictureSize(width: 320, height: 180),
                    keeping: track.formats[0].keptBoxes))
        ]
        track.edits = []
        let end = track.frames.reduce(Int64(0)) { max($0, $1.decoding + Int64($1.duration)) }
        for frame in movies[1].tracks[0].frames {
            var frame = frame
            frame.decoding += end
            frame.place += Int64(sources[0].count)
            track.frames.append(frame)
        }
        let path = try write([(track, sources[0] + sources[1])], name: "joined.mp4")
        #expect(try hashes(path) == paths.flatMap { try hashes($0) })
    }

    private static func configuration(of movie: Movie) -> AVCConfiguration? {
        let bytes = movie.tracks[0].formats[0].configuration
        return AVCConfiguration(parsing: bytes.span)
    }

    @Test func `sets that can't stand beside one another are not joined`() throws {
        func configuration(_ name: String, _ parameters: String) throws -> AVCConfiguration {
            let movie = try MadeMovies.read(
                try MadeMovies.usual(
                    name, picture: ["-x264-params", parameters], sound: ["-an"]))
            return try #require(Self.configuration(of: movie))
        }
        let one = try configuration("sets-one.mp4", "sps-id=0:keyint=20")
        #expect(one.joined(with: one) == one)
        let same = try configuration("sets-refs.mp4", "sps-id=0:ref=1:bframes=0")
        #expect(one.joined(with: same) == nil)
        let baseline = try MadeMovies.read(
            try MadeMovies.usual("base.mp4", picture: ["-profile:v", "baseline"], sound: ["-an"]))
        let other = try #require(Self.configuration(of: baseline))
        #expect(one.joined(with: other) == nil)
        let hevc = try ["16", "64"].map { width in
            let movie = try MadeMovies.read(
                try MadeMovies.usual(
                    "hevc-\(width).mp4",
                    picture: [
                        "-c:v", "libx265", "-tag:v", "hvc1", "-x265-params",
                        "log-level=none:ctu=\(width)",
                    ], sound: ["-an"]))
            return movie.tracks[0].formats[0].configuration
        }
        #expect(HEVCConfiguration.joined(hevc[0], hevc[1]) == nil)
        let again = try #require(HEVCConfiguration.joined(hevc[0], hevc[0]))
        let sets = [again, hevc[0]].map { HEVCConfiguration(parsing: $0.span)?.parameterSets }
        #expect(sets[0] == sets[1] && sets[0]?.count == 3)
        #expect(HEVCConfiguration.joined(Array(hevc[0][..<20]), hevc[0]) == nil)
    }

    @Test(arguments: ["aac", "libopus"])
    func `entries of sound that are made from a configuration decode the same`(
        codec: String
    ) throws {
        let made = try MadeMovies.usual(
            "entry-\(codec).mp4", picture: ["-vn"], sound: ["-c:a", codec, "-ac", "2"])
        var track = try MadeMovies.read(made).tracks[0]
        let old = track.formats[0]
        let format =
            codec == "aac"
            ? FormatEntry.aac(
                configuration: old.configuration, sampleRate: 48_000, channels: 2,
                averageRate: 128_000)
            : try #require(FormatEntry.opus(head: old.configuration))
        #expect(format.name == old.name && format.coding == old.coding)
        #expect(format.configuration == old.configuration && format.details == old.details)
        track.formats = [format]
        track.edits = []
        let source = Files.bytes(made) ?? []
        let path = try write([(track, source)], name: "made.mp4")
        var plain = try MadeMovies.read(made).tracks[0]
        plain.edits = []
        #expect(try hashes(path) == hashes(try write([(plain, source)], name: "plain.mp4")))
        #expect(try MadeMovies.read(path).tracks[0].formats[0].configuration == old.configuration)
    }

    @Test(
        arguments: [
            (["-profile:v", "high"], "avc1.64"), (["-profile:v", "baseline"], "avc1.42"),
            (["-c:v", "libx265", "-tag:v", "hvc1"], "hvc1.1.6.L"),
        ])
    func `codecs are named as playlists have them`(words: [String], name: String) throws {
        let path = try MadeMovies.usual(
            "named-\(name).mp4", picture: words, sound: ["-c:a", "aac"])
        let tracks = try MadeMovies.read(path).tracks
        #expect(tracks[0].formats[0].codecsName.hasPrefix(name))
        #expect(tracks[1].formats[0].codecsName == "mp4a.40.2")
    }

    @Test(
        arguments: [
            ["-bf", "3", "-x264-params", "ref=8:weightp=2:weightb=1:b-pyramid=normal"],
            ["-profile:v", "baseline", "-x264-params", "ref=4:slices=3"],
            ["-bf", "2", "-x264-params", "interlaced=1:cabac=0:ref=4"],
            ["-bf", "2", "-vf", "fade=in:0:30", "-x264-params", "ref=6:weightp=2:keyint=60"],
        ])
    func `headers of slices end where ffmpeg says that they do`(words: [String]) throws {
        let name = "headers-\(words.hashValue).mp4"
        let path = try MadeMovies.usual(name, picture: words, sound: ["-an"])
        let movie = try MadeMovies.read(path)
        let configuration = try #require(Self.configuration(of: movie))
        let headers = H264SliceHeaders(configuration)
        var found: [Int] = []
        let bytes = Files.bytes(path) ?? []
        for frame in movie.tracks[0].frames {
            let data = Array(bytes[Int(frame.place)..<Int(frame.place) + Int(frame.count)])
            var walk = NALWalk(.lengthPrefixed(.four))
            while let unit = try walk.next(in: data.span) {
                guard data[unit.lowerBound] & 0x1F == 1 || data[unit.lowerBound] & 0x1F == 5 else {
                    continue
                }
                found.append(headers.length(of: data.span.extracting(unit)) ?? -1)
            }
        }
        let told = try Self.traced(path)
        #expect(found.count == told.count && found.count >= 60)
        // Bytes that are there only so that no start code is are not counted by it.
        for (mine, theirs) in zip(found, told) { #expect(theirs...theirs + 1 ~= mine) }
        #expect(zip(found, told).filter { $0 == $1 }.count * 20 > found.count * 19)
    }

    /// Bytes that are begun by the header of each slice.
    private static func traced(_ path: String) throws -> [Int] {
        let run = try ProcessRun.run(
            MadeMovies.ffmpeg,
            ["-v", "verbose", "-nostdin", "-i", path, "-c", "copy", "-bsf:v", "trace_headers"]
                + ["-f", "null", "-"], environment: [:])
        var ends: [Int] = []
        var isWithin = false
        for line in run.talk.split(separator: "\n") where line.hasPrefix("[trace_headers") {
            let fields = line.split(separator: "]", maxSplits: 1)[1].split(separator: " ")
            if fields == ["Slice", "Header"] {
                isWithin = true
                ends.append(0)
            } else if isWithin, let place = Int(fields.first ?? ""), fields.count > 4 {
                ends[ends.count - 1] = (place + fields[fields.count - 3].count + 7) / 8
            } else {
                isWithin = false
            }
        }
        return ends
    }

    @Test func `heads that are none make no entry`() {
        #expect(FormatEntry.opus(head: []) == nil)
        #expect(FormatEntry.opus(head: [UInt8](repeating: 0, count: 30)) == nil)
        #expect(
            FormatEntry.picture(
                .opus, configuration: [], size: PictureSize(width: 1, height: 1), keeping: [])
                == nil)
    }
}
