import Playlists
import TestSupport
import Testing

/// Packages as HLS: read by a strict parser, decoded by ffmpeg, played by Chromium.
@Suite(
    .serialized,
    .enabled(if: MediaPrograms.areThere && Player.isThere, "ffmpeg or Chromium is not installed"))
struct PlayedPackageTests {
    private static let recipe: SourceRecipe = {
        var recipe = SourceRecipe(name: "show")
        recipe.size = (640, 360)
        recipe.frames = 240
        recipe.video = SourceRecipe.x264("high", gop: 60, bFrames: 3)
        return recipe
    }()

    private static let kinds: [(name: String, words: [String])] = [
        ("copy", ["--copy"]), ("ladder", ["--ladder", "360p@800k,180p@300k"]),
        ("short", ["--copy", "--piece", "2"]),
    ]

    @Test(arguments: kinds.map(\.name))
    func `a package shows every picture once, in step with its sound`(kind: String) throws {
        let folder = ScratchFolder()
        let path = try Self.recipe.make(in: folder)
        let judge = try Judge(Self.recipe, path: path)
        let words = Self.kinds.first { $0.name == kind }?.words ?? []
        let run = try VODCutProgram.run(
            ["package", path, "--output", folder.path("hls")] + words)
        try #require(run.status == 0, "\(run.talk)")
        let package = try Package(folder.path("hls"))
        let all = 0...Self.recipe.frames - 1
        for rendition in package.pictures {
            Self.inspect(rendition)
            let clip = try Viewing(folder.path("hls/\(rendition.name)"), hasSound: false)
            let verdict = judge.pictures(of: clip, all)
            #expect(verdict.complaints() == [], "\(kind) \(rendition.name): \(verdict)")
        }
        // Picture and sound together, as a player loads them.
        let whole = try judge.verdict(folder.path("hls/main.m3u8"), [all])
        #expect(whole.complaints(allowed: 2) == [], "\(kind): \(whole)")
        try Self.play(package, in: folder)
    }

    /// What Apple's tools call "must fix".
    private static func inspect(_ rendition: Package.Rendition) {
        let playlist = rendition.playlist
        #expect(playlist.isEnded && playlist.isIndependent, "\(rendition.name)")
        let off = playlist.duration - .seconds(8)
        #expect(off < .milliseconds(2) && off > .milliseconds(-2), "\(playlist.duration)")
        for piece in playlist.pieces {
            #expect(piece.duration <= playlist.targetDuration + .milliseconds(500))
            #expect(piece.map != nil && !piece.isGap && !piece.isDiscontinuous)
        }
        #expect(!rendition.codec.isEmpty)
    }

    private static func play(_ package: Package, in folder: ScratchFolder) throws {
        let player = try Player(folder)
        let numbers = [0, 1, 59, 60, 61, 119, 120, 121, 179, 180, 181, 238, 239]
        let times = numbers.map { recipe.time(of: $0) + recipe.time(of: 1) / 2 }
        let duration = try player.load("hls/main.m3u8")
        #expect(abs(duration - 8) < 0.05)
        #expect(try player.numbers(at: times) == numbers, "as HLS")
        let played = try player.play(from: 1.5, for: 1.5)
        #expect(played.count > 10 && played == played.sorted(), "\(played)")
        for rendition in package.pictures {
            try player.feed(
                #"video/mp4; codecs="\#(rendition.codec)""#, rendition.files.map { "hls/\($0)" })
            #expect(try player.numbers(at: times) == numbers, "\(rendition.name)")
        }
        for sound in package.sounds {
            let duration = try player.feed(
                #"audio/mp4; codecs="\#(sound.codec)""#, sound.files.map { "hls/\($0)" })
            #expect(abs(duration - 8) < 0.05, "\(sound.name)")
        }
    }
}

extension Judge {
    /// Of a rendition without its sound, which may be smaller than the source.
    func pictures(of clip: Viewing, _ piece: Piece) -> Verdict {
        var silent = Verdict()
        comparePictures(clip, Array(piece), &silent)
        silent.shown = clip.pictures.count
        return silent
    }
}
