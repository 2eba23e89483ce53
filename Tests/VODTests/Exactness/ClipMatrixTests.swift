import TestSupport
import Testing

/// Clips of every kind of recording, decoded by ffmpeg and compared picture by picture and sample
/// by sample. A part of the matrix by a seed; all of it with LC_VOD_MATRIX=all.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct ClipMatrixTests {
    static let seed = Machine.variable("LC_VOD_SEED").flatMap { UInt64($0) } ?? 7

    static let chosen: [SourceRecipe] = {
        guard let wish = Machine.variable("LC_VOD_MATRIX") else {
            var random = SeededNumbers(seed: seed)
            return MatrixRecipes.all.filter { _ in random.next(below: 4) == 0 }
        }
        return MatrixRecipes.all.filter { wish == "all" || wish == $0.name }
    }()

    @Test(arguments: chosen)
    func `a source of the matrix is what it says it is`(recipe: SourceRecipe) throws {
        guard case .plain = recipe.finish else { return }
        let folder = ScratchFolder()
        let judge = try Judge(recipe, path: try recipe.make(in: folder))
        var verdict = judge.verdict(judge.source, [0...recipe.frames - 1])
        // ffmpeg writes fragments without the edit list that would bring them into step.
        let lag = verdict.soundLags.dropFirst().first ?? 0
        verdict.extraSound = 0
        if lag > 0 {
            // It begins before the noise does.
            verdict.soundLags.removeFirst()
            verdict.worstSound = 1
        }
        #expect(verdict.complaints(soundLag: lag) == [], "\(recipe.name): \(verdict)")
        #expect(lag == 0 || recipe.muxing.contains { $0.contains("empty_moov") })
    }

    @Test(arguments: chosen)
    func `clips are exact at both ends, whole between, and in step`(recipe: SourceRecipe) throws {
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let judge = try Judge(recipe, path: path)
        let numbers = judge.source.pictures.compactMap(\.number)
        let first = try #require(numbers.first)
        let last = try #require(numbers.last)
        var random = SeededNumbers(seed: Self.seed)
        let middle = first + (last - first) / 2 / 10 * 10
        let ranges = MatrixRanges.ranges(first...last, keyframe: middle, using: &random)
        let lag = judge.sourceLag(first...last)
        let wishes = ranges.map { judge.words($0) }
        let clips = try VODCutProgram.clips(path, wishes, to: folder.path("out"))
        try #require(clips.count == ranges.count)
        for (clip, range) in zip(clips, ranges) {
            let verdict = try judge.verdict(clip.file, [range])
            let words = "\(recipe.name) \(range) \(clip.mode) seed \(Self.seed): \(verdict)"
            #expect(verdict.complaints(soundLag: lag, ratio: recipe.leastRatio) == [], "\(words)")
            #expect(abs(verdict.start) < 0.0005, "\(words)")
        }
    }
}

extension Judge {
    /// How far the sound of the source is off: what ffmpeg's cut by copy did to it is not ours to
    /// mend. Fragments are in step by the times that they have; ffmpeg leaves out the gap after the
    /// first of the sound when it decodes them.
    func sourceLag(_ all: Piece) -> Int {
        guard !recipe.muxing.contains(where: { $0.contains("empty_moov") }) else { return 0 }
        return verdict(source, [all]).soundLags.dropFirst().first ?? 0
    }

    /// What is asked of vod-cut to get these pictures.
    func words(_ piece: Piece) -> String {
        let start = time(of: piece.lowerBound) ?? 0
        let end = time(of: piece.upperBound + 1) ?? endTime
        return "\(VODCutProgram.time(start))-\(VODCutProgram.time(end))"
    }

    private var endTime: Double {
        guard let last = source.pictures.last, let number = last.number else { return 0 }
        return last.seconds + recipe.time(of: number + 1) - recipe.time(of: number)
    }
}

extension SourceRecipe {
    /// Of pictures that are encoded anew, beside those of the source.
    var leastRatio: Double { 34 }
}
