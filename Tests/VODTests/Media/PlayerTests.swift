import TestSupport
import Testing

/// The player of these tests, on what ffmpeg has made.
@Suite(
    .serialized,
    .enabled(if: MediaPrograms.areThere && Player.isThere, "ffmpeg or Chromium is not installed"))
struct PlayerTests {
    @Test func `the picture at every time is told, of a file and of what is fed`() throws {
        let folder = ScratchFolder()
        let recipe = SourceRecipe(name: "whole")
        _ = try recipe.make(in: folder)
        try MediaPrograms.make(
            ["-i", folder.path("whole.mp4"), "-c", "copy", "-movflags"]
                + ["frag_keyframe+empty_moov+default_base_moof", folder.path("fed.mp4")])
        let player = try Player(folder)
        let wanted = [0, 1, 2, 58, 59, 60, 61, 100, 148, 149]
        let times = wanted.map { recipe.time(of: $0) + 0.015 }
        #expect(abs(try player.load("whole.mp4") - 5) < 0.05)
        #expect(try player.numbers(at: times) == wanted)
        #expect(try player.numbers(at: times.map { $0 + 0.0334 }.dropLast()) != wanted)

        try player.feed(#"video/mp4; codecs="avc1.64001e,mp4a.40.2""#, ["fed.mp4"])
        // Without its edit list a fragmented movie with B-frames begins two frames late.
        let fed = try player.numbers(at: times.dropFirst(3).map { $0 })
        #expect(fed.allSatisfy { $0 > 50 }, "\(fed)")
        let played = try player.play(from: 1, for: 1)
        #expect(played.count > 10 && played == played.sorted(), "\(played)")
    }
}
