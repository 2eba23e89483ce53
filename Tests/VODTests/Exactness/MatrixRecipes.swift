/// The movies that clips are cut from: what differs between recordings, each kind at least once.
enum MatrixRecipes {
    static let all = groups + profiles + rates + containers + h265 + sounds

    private static let frames = 120

    private static func recipe(
        _ name: String, _ video: [String]? = nil,
        _ change: (inout SourceRecipe) -> Void = { _ in }
    ) -> SourceRecipe {
        var recipe = SourceRecipe(name: name)
        recipe.frames = frames
        if let video { recipe.video = video }
        change(&recipe)
        return recipe
    }

    private static let groups = [
        recipe("gop1", SourceRecipe.x264("high", gop: 1, bFrames: 0)),
        recipe("gop12-bf0", SourceRecipe.x264("main", gop: 12, bFrames: 0)),
        recipe("gop12-bf2", SourceRecipe.x264("main", gop: 12, bFrames: 2)),
        recipe("gop60-bf0", SourceRecipe.x264("high", gop: 60, bFrames: 0)),
        recipe("gop60-bf3", SourceRecipe.x264("high", gop: 60, bFrames: 3)),
        recipe("gop250-bf3", SourceRecipe.x264("high", gop: 250, bFrames: 3)),
        recipe("gop30-bf8", SourceRecipe.x264("high", gop: 30, bFrames: 8, "b-adapt=2:ref=4")),
        recipe("scenecut", SourceRecipe.x264("high", gop: 250, bFrames: 3)) {
            $0.video = [
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-force_key_frames",
                "0.7,0.9,1.1,2.5,2.533334,3.3", "-x264-params", "threads=1:bframes=2",
            ]
        },
        recipe(
            "open-gop", SourceRecipe.x264("high", gop: 20, bFrames: 3, "open-gop=1")),
        recipe(
            "open-gop-main", SourceRecipe.x264("main", gop: 25, bFrames: 2, "open-gop=1")),
        recipe("refresh", SourceRecipe.x264("high", gop: 40, bFrames: 0, "intra-refresh=1")),
        recipe("slices", SourceRecipe.x264("high", gop: 30, bFrames: 2, "slices=4")),
        recipe("no-cabac", SourceRecipe.x264("main", gop: 30, bFrames: 2, "cabac=0:weightp=2")),
    ]

    private static let profiles = [
        recipe("baseline", SourceRecipe.x264("baseline", gop: 30, bFrames: 0)),
        recipe("high10", SourceRecipe.x264("high10", gop: 30, bFrames: 3)) {
            $0.pixels = "yuv420p10le"
        },
        recipe("high422", SourceRecipe.x264("high422", gop: 30, bFrames: 2)) {
            $0.pixels = "yuv422p"
        },
        recipe("high444", SourceRecipe.x264("high444", gop: 30, bFrames: 2)) {
            $0.pixels = "yuv444p"
        },
        recipe("interlaced", SourceRecipe.x264("high", gop: 30, bFrames: 2, "interlaced=1")) {
            $0.size = (160, 96)
        },
        recipe(
            "colour",
            SourceRecipe.x264(
                "high", gop: 30, bFrames: 2,
                "colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=on:sar=4/3")),
        recipe("level", SourceRecipe.x264("high", gop: 30, bFrames: 2, "level=5.1:ref=6")),
    ]

    private static let rates = [
        recipe("r24", SourceRecipe.x264("high", gop: 48, bFrames: 3)) {
            $0.rate = .frames(24, per: 1)
        },
        recipe("r25", SourceRecipe.x264("high", gop: 50, bFrames: 2)) {
            $0.rate = .frames(25, per: 1)
        },
        recipe("r29.97", SourceRecipe.x264("high", gop: 60, bFrames: 3)) {
            $0.rate = .frames(30_000, per: 1001)
        },
        recipe("r50", SourceRecipe.x264("high", gop: 25, bFrames: 3)) {
            $0.rate = .frames(50, per: 1)
        },
        recipe("r60", SourceRecipe.x264("high", gop: 30, bFrames: 3)) {
            $0.rate = .frames(60, per: 1)
        },
        recipe("varying", SourceRecipe.x264("high", gop: 30, bFrames: 3)) { $0.rate = .varying },
        recipe("varying-bf0", SourceRecipe.x264("main", gop: 30, bFrames: 0)) {
            $0.rate = .varying
            $0.sound = .aac(44_100)
        },
    ]

    private static let fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]

    private static let containers = [
        recipe("faststart") { $0.muxing = ["-movflags", "+faststart"] },
        recipe("fragmented") { $0.muxing = fragments },
        recipe("fragmented-bf0", SourceRecipe.x264("main", gop: 30, bFrames: 0)) {
            $0.muxing = ["-movflags", "frag_keyframe+delay_moov+separate_moof"]
        },
        recipe("fragmented-in-step") {
            $0.muxing = ["-movflags", "frag_keyframe+delay_moov+default_base_moof"]
        },
        recipe("fragmented-short") { $0.muxing = fragments + ["-frag_duration", "300000"] },
        recipe("negative-cts") { $0.muxing = ["-movflags", "negative_cts_offsets"] },
        recipe("mov") { $0.container = "mov" },
        recipe("mov-pcm") {
            $0.container = "mov"
            $0.sound = .pcm
        },
        recipe("turned") { $0.finish = .turned(degrees: 90) },
        recipe("edited") { $0.finish = .copied(from: 37) },
        recipe("edited-open", SourceRecipe.x264("high", gop: 20, bFrames: 3, "open-gop=1")) {
            $0.finish = .copied(from: 47)
        },
        recipe("in-band", SourceRecipe.x264("high", gop: 30, bFrames: 2, "repeat-headers=1")),
        recipe("delimiters", SourceRecipe.x264("high", gop: 30, bFrames: 2, "aud=1")),
    ]

    private static let h265 = [
        recipe("h265-gop30-bf3", SourceRecipe.x265(gop: 30, bFrames: 3)),
        recipe("h265-gop48-bf0", SourceRecipe.x265(gop: 48, bFrames: 0)) {
            $0.rate = .frames(24, per: 1)
        },
        recipe("h265-open", SourceRecipe.x265(gop: 25, bFrames: 3, "open-gop=1")),
        recipe("h265-main10", SourceRecipe.x265(gop: 30, bFrames: 2)) {
            $0.pixels = "yuv420p10le"
        },
        recipe("h265-fragmented", SourceRecipe.x265(gop: 30, bFrames: 3, "repeat-headers=1")) {
            $0.muxing = fragments
        },
        recipe("h265-gop250", SourceRecipe.x265(gop: 250, bFrames: 3)),
        recipe("h265-varying", SourceRecipe.x265(gop: 30, bFrames: 3)) { $0.rate = .varying },
    ]

    private static let sounds = [
        recipe("no-sound") { $0.sound = .none },
        recipe("opus") { $0.sound = .opus },
        recipe("opus-fragmented") {
            $0.sound = .opus
            $0.muxing = fragments
        },
        recipe("aac-44100") { $0.sound = .aac(44_100) },
        recipe("mp3") { $0.sound = .mp3 },
    ]
}
