import Primitives
import TestSupport
import Testing

/// What happened in a show, as Chromium tells it while it plays the package.
@Suite(
    .serialized,
    .enabled(if: MediaPrograms.areThere && Player.isThere, "ffmpeg or Chromium is not installed"))
struct TimelineTests {
    private static let events: [(type: String, sku: String, milliseconds: Int)] = [
        ("pin", "A", 500), ("price-flash", "A", 1270), ("pin", "B", 2033), ("wave", "B", 2600),
        ("pin", "A", 3300),
    ]

    private static func timeline() -> String {
        let head =
            #"{"currency":"EUR","schema":"lc.timeline/1","show":"shw_x","#
            + #""media":{"duration_ms":5000,"file":"show.mp4"},"skus":"#
            + #"[{"price_minor":1000,"sku":"A","title":"Cup"},"#
            + #"{"price_minor":2000,"sku":"B","title":"Pot"}]}"#
        let lines = events.enumerated().map { number, event in
            #"{"data":{"sku":"\#(event.sku)","price_minor":500},"id":"\#(number + 1)","media_time_ms":"#
                + #"\#(event.milliseconds),"source":"/catalogue/default","type":"\#(event.type)"}"#
        }
        return ([head] + lines).joined(separator: "\n") + "\n"
    }

    /// Notes each cue that begins, with the picture on show and the time.
    private static let watch = """
        window.told = [];
        const track = document.createElement('track');
        track.kind = 'metadata';
        track.src = 'hls/timeline.vtt';
        video.append(track);
        track.track.mode = 'hidden';
        const seen = new Set();
        track.track.addEventListener('cuechange', () => {
            for (const cue of track.track.activeCues) {
                if (seen.has(cue.startTime + cue.text)) continue;
                seen.add(cue.startTime + cue.text);
                told.push({due: cue.startTime, at: video.currentTime, number: player.number()});
            }
        });
        """

    @Test func `events fire within a picture of where they belong`() throws {
        let folder = ScratchFolder()
        let recipe = SourceRecipe(name: "show")
        let path = try recipe.make(in: folder)
        let timeline = folder.write(Self.timeline(), to: "show.timeline.jsonl")
        let run = try VODCutProgram.run(
            ["package", path, "--copy", "--timeline", timeline, "--output", folder.path("hls")])
        try #require(run.status == 0, "\(run.talk)")
        let player = try Player(folder)
        try player.load("hls/main.m3u8")
        try player.evaluate(Self.watch)
        try player.await("the cues are there", "video.textTracks[0].cues?.length > 0")
        try player.evaluate("video.currentTime = 0; video.play()")
        try player.await("it has played", "video.currentTime > 4")
        let answer = try player.evaluate("video.pause(); JSON.stringify(told)")
        guard case .array(let told) = try JSON(parsing: answer.stringValue ?? "") else {
            throw MediaFailure(words: "told \(answer.text)")
        }
        let due = told.compactMap { $0["due"].flatMap(Self.number) }
        #expect(due == Self.events.map { Double($0.milliseconds) / 1000 })
        var late: [Double] = []
        for note in told {
            guard let time = note["due"].flatMap(Self.number),
                let shown = note["number"].flatMap(Self.number)
            else { continue }
            late.append(shown - (time * 30).rounded(.down))
        }
        // A machine that is busy may keep one waiting; most must be told with their picture.
        let inTime = late.count { abs($0) <= 1 }
        #expect(inTime >= Self.events.count - 1, "pictures late: \(late)")
        #expect(late.allSatisfy { $0 >= -1 }, "pictures late: \(late)")
    }

    @Test func `ranges of dates in the playlists say when, by the clock of the show`() throws {
        let folder = ScratchFolder()
        let path = try SourceRecipe(name: "show").make(in: folder)
        let timeline = folder.write(Self.timeline(), to: "show.timeline.jsonl")
        let run = try VODCutProgram.run(
            ["package", path, "--copy", "--timeline", timeline, "--output", folder.path("hls")])
        try #require(run.status == 0, "\(run.talk)")
        let package = try Package(folder.path("hls"))
        let playlist = folder.read("hls/\(try #require(package.pictures.first).name)")
        for milliseconds in [500, 1270, 2033, 3300] {
            let digits = "\(1000 + milliseconds % 1000)".dropFirst()
            #expect(
                playlist.contains(
                    "START-DATE=\"1970-01-01T00:00:0\(milliseconds / 1000).\(digits)Z"),
                "\(milliseconds): \(playlist)")
        }
        let parsed = try JSON(parsing: folder.read("hls/timeline.json"))
        guard case .array(let events) = parsed["events"] ?? .null else {
            throw MediaFailure(words: "no events")
        }
        #expect(events.count == Self.events.count)
    }

    private static func number(_ json: JSON) -> Double? {
        switch json {
        case .integer(let value): Double(value)
        default: Double(json.text)
        }
    }
}
