import TestSupport
import Testing

/// The judges, on clips whose faults are known: one that finds nothing wrong anywhere is none.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct JudgeTests {
    @Test func `numbers of pictures are read back, and noise is no number`() {
        for number in [0, 1, 77, 1023, 4095, 17_999, 107_999, (1 << 18) - 1] {
            let (width, height) = (64, 96)
            let fields = NumberedPicture.fields(number)
            let gray = (0..<width * height).map { place -> UInt8 in
                let (column, row) = (place % width / 16, place / width / 16)
                return fields[row * 4 + column]
            }
            let all = NumberedPicture.View(left: 0, width: 1, top: 0, height: 1)
            #expect(
                NumberedPicture.number(in: gray[...], width: width, height: height, all) == number)
            let wrong = gray.map { 255 - $0 }
            #expect(
                NumberedPicture.number(in: wrong[...], width: width, height: height, all) == nil)
        }
    }

    @Test(arguments: [
        SourceRecipe(name: "plain"),
        SourceRecipe(
            name: "h265", video: SourceRecipe.x265(gop: 30, bFrames: 3), sound: .opus),
        SourceRecipe(
            name: "varying", video: SourceRecipe.x264("main", gop: 25, bFrames: 2), rate: .varying,
            sound: .aac(44_100)),
        SourceRecipe(
            name: "ten", video: SourceRecipe.x264("high10", gop: 48, bFrames: 3),
            pixels: "yuv420p10le", rate: .frames(30_000, per: 1001), sound: .mp3, container: "mov"),
    ])
    func `a source is all there and in step`(recipe: SourceRecipe) throws {
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let verdict = judge.verdict(judge.source, [0...recipe.frames - 1])
        #expect(verdict.complaints() == [], "\(verdict)")
        #expect(verdict.first == 0 && verdict.last == recipe.frames - 1)
        #expect(verdict.same == recipe.frames)
        for number in 0..<recipe.frames {
            let time = try #require(judge.time(of: number))
            #expect(abs(time - recipe.time(of: number)) < 0.0005, "picture \(number)")
        }
    }

    @Test func `an exact cut by encoding anew is found exact, and what is a frame off is not`()
        throws
    {
        let recipe = SourceRecipe(name: "encoded")
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let clip = folder.path("clip.mp4")
        // Half a frame early, so that no rounding takes the first picture away.
        let (start, end) = (recipe.time(of: 37), recipe.time(of: 101))
        try MediaPrograms.make(
            ["-i", path, "-filter_complex"]
                + [
                    "[0:v]trim=start_frame=37:end_frame=101,setpts=PTS-STARTPTS[v];"
                        + "[0:a]atrim=start_sample=\(Int(start * 48_000)):"
                        + "end_sample=\(Int(end * 48_000)),asetpts=PTS-STARTPTS[a]"
                ]
                + ["-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-crf", "18"]
                + ["-c:a", "aac", "-b:a", "128k", "-aac_pns", "0", clip])
        let verdict = try judge.verdict(clip, [37...100])
        #expect(verdict.complaints() == [], "\(verdict)")
        #expect(verdict.first == 37 && verdict.last == 100 && verdict.shown == 64)
        #expect(verdict.same == 0)

        #expect(try judge.verdict(clip, [36...100]).missing == [36])
        #expect(try judge.verdict(clip, [37...99]).strange == [100])
        let late = try judge.verdict(clip, [36...100])
        #expect(!late.complaints().isEmpty)
        #expect(late.soundLags.allSatisfy { abs($0 + 1600) <= 1 }, "\(late)")
    }

    @Test func `sound that is two samples late, or damaged, is found so`() throws {
        let recipe = SourceRecipe(name: "late")
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        for (filter, lags) in [("adelay=delays=2S", 2), ("atrim=start_sample=3,asetpts=N", -3)] {
            let clip = folder.path("late.mov")
            try MediaPrograms.make(
                ["-i", path, "-c:v", "copy", "-af", filter, "-c:a", "pcm_s16le", clip])
            let verdict = try judge.verdict(clip, [0...149])
            // Before the start of the noise nothing is found.
            #expect(
                verdict.soundLags.dropFirst().allSatisfy { $0 == lags }, "\(filter): \(verdict)")
            #expect(!verdict.complaints().isEmpty)
        }
        let clip = folder.path("hole.mov")
        try MediaPrograms.make(
            ["-i", path, "-c:v", "copy", "-af", "volume=0:enable='lt(t,0.02)'"]
                + ["-c:a", "pcm_s16le", clip])
        let verdict = try judge.verdict(clip, [0...149])
        #expect(verdict.worstSound < 0.7, "\(verdict)")
    }

    @Test func `ffmpeg's cut by copy is found inexact at its end`() throws {
        let recipe = SourceRecipe(name: "copied")
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let clip = folder.path("clip.mp4")
        try MediaPrograms.make(
            ["-ss", "1.233333", "-i", path, "-t", "2.133333", "-c", "copy", clip])
        let verdict = try judge.verdict(clip, [37...100])
        #expect(verdict.first == 37)
        #expect(!verdict.complaints().isEmpty, "\(verdict)")
        #expect(verdict.last != 100 || verdict.shown != 64)
        let early = folder.path("early.mp4")
        try MediaPrograms.make(
            ["-ss", "1.233333", "-i", path, "-t", "2.133333", "-c", "copy"]
                + ["-avoid_negative_ts", "make_zero", early])
        let hidden = try judge.verdict(early, [37...100])
        #expect(hidden.first != 37, "\(hidden)")
    }

    @Test func `a picture that comes twice, and one in the wrong place, are found`() throws {
        let recipe = SourceRecipe(name: "twice", sound: .none)
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let clip = folder.path("clip.mp4")
        try MediaPrograms.make(
            ["-i", path, "-vf", "loop=loop=1:size=1:start=10,setpts=N/30/TB", "-c:v", "libx264"]
                + [clip])
        let verdict = try judge.verdict(clip, [0...149])
        #expect(verdict.repeated.count == 1 && verdict.worstTime > 0.03, "\(verdict)")
        try MediaPrograms.make(
            ["-i", path, "-vf", "shuffleframes=0 2 1", "-c:v", "libx264", clip])
        #expect(!(try judge.verdict(clip, [0...149])).complaints().isEmpty)
    }
}
