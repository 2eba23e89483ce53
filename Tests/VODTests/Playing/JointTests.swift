import TestSupport
import Testing

/// Joints of clips in Chromium: every picture around them, sought and played, from the file and fed
/// piece by piece.
@Suite(
    .serialized,
    .enabled(if: MediaPrograms.areThere && Player.isThere, "ffmpeg or Chromium is not installed"))
struct JointTests {
    private static let recipes = [
        SourceRecipe(name: "joint", video: SourceRecipe.x264("high", gop: 30, bFrames: 3)),
        SourceRecipe(
            name: "joint-open", video: SourceRecipe.x264("main", gop: 25, bFrames: 2, "open-gop=1")),
        SourceRecipe(
            name: "joint-base", video: SourceRecipe.x264("baseline", gop: 40, bFrames: 0),
            rate: .frames(25, per: 1), sound: .none),
    ]

    @Test func `every picture of a clip is shown in its turn by Chromium`() throws {
        let folder = ScratchFolder()
        let player = try Player(folder)
        for recipe in Self.recipes {
            let path = try recipe.make(in: folder)
            let judge = try Judge(recipe, path: path)
            let range = 17...123
            let clips = try VODCutProgram.clips(
                path, [judge.words(range)], to: folder.path("clips-\(recipe.name)"))
            let clip = try #require(clips.first)
            #expect(try judge.verdict(clip.file, [range]).complaints() == [])
            let name = "clips-\(recipe.name)/\(clip.file.split(separator: "/").last ?? "")"
            // Both joints are where source pictures 30…60 and the last group lie.
            let wanted = Array(range.prefix(50)) + range.suffix(12)
            let times = wanted.map { recipe.time(of: $0 - 17) + recipe.time(of: 1) / 2 }
            let duration = try player.load(name)
            #expect(abs(duration - recipe.time(of: range.count)) < 0.05, "\(recipe.name)")
            #expect(try player.numbers(at: times) == wanted, "\(recipe.name)")
            // Backwards, too: each is decoded from the keyframe before it.
            #expect(
                try player.numbers(at: times.suffix(20).reversed()) == wanted.suffix(20).reversed(),
                "\(recipe.name)")
            let played = try player.play(from: 0, for: 2)
            #expect(played.count > 10 && played == played.sorted(), "\(recipe.name): \(played)")
            #expect(played.allSatisfy(range.contains), "\(recipe.name): \(played)")
        }
    }

    @Test func `a clip that is packaged by copy is shown picture by picture when it is fed`() throws
    {
        let folder = ScratchFolder()
        let player = try Player(folder)
        let recipe = Self.recipes[0]
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let range = 17...123
        let clips = try VODCutProgram.clips(path, [judge.words(range)], to: folder.path("clips"))
        let clip = try #require(clips.first)
        let run = try VODCutProgram.run(
            ["package", clip.file, "--copy", "--output", folder.path("hls")])
        try #require(run.status == 0, "\(run.talk)")
        let package = try Package(folder.path("hls"))
        let times = range.map { recipe.time(of: $0 - 17) + recipe.time(of: 1) / 2 }
        try player.load("hls/main.m3u8")
        #expect(try player.numbers(at: times) == Array(range), "as HLS")
        let picture = try #require(package.pictures.first)
        try player.feed(
            #"video/mp4; codecs="\#(picture.codec)""#, picture.files.map { "hls/\($0)" })
        #expect(try player.numbers(at: times) == Array(range), "fed")
    }
}
